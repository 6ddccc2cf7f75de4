"""Read YAML that a person writes, as values that JSON knows; imported on use, because PyYAML is slow to import."""

import re
from collections.abc import Iterator
from math import isinf

import yaml

from emulator.person_files import UnusableFile

DEEPEST = 20
WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
WHOLE = re.compile(r"-?(0|[1-9][0-9]*)")
NUMBER = re.compile(r"-?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


def read_yaml(text: str, name: object) -> object:
    """Return the value of a YAML text: what has no place in JSON, like a date or 190:20:30, is the text of it.

    A number is what JSON holds to be one, so that 0412345678 and +61 stay texts, and no word but true and false is a
    boolean. Raise UnusableFile, with name and line, for a tag (!!set, !!binary), a repeated key, an anchor or alias
    (a short text with them can stand for an endless value), and for deep nesting.
    """
    try:
        _check_tokens(text, name)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        return None if node is None else _value(node, name)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise UnusableFile(f"{name} is no YAML that can be read: {error!s:.300}") from error


def _check_tokens(text: str, name: object) -> None:
    depth = 0
    for token in yaml.scan(text, Loader=yaml.SafeLoader):
        kind = type(token).__name__
        depth += kind.endswith("StartToken") - kind.endswith("EndToken")
        if isinstance(token, yaml.AliasToken | yaml.AnchorToken):
            raise _unusable(name, token, "anchors and aliases are not read")
        if isinstance(token, yaml.TagToken):
            raise _unusable(name, token, "a tag (!) is no plain value: leave it out, or put the text in quotes")
        if depth > DEEPEST:
            raise _unusable(name, token, f"nested more than {DEEPEST} deep")


def _value(node: yaml.Node, name: object) -> object:
    if isinstance(node, yaml.MappingNode):
        return dict(_pairs(node, name))
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, name) for item in node.value]
    assert isinstance(node, yaml.ScalarNode)
    return node.value if node.style else _plain(node, name)  # the style says how a text is quoted


def _pairs(node: yaml.MappingNode, name: object) -> Iterator[tuple[str, object]]:
    known: set[str] = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _unusable(name, key, "a key has to be a text")
        if key.value in known:
            raise _unusable(name, key, f"the key {key.value[:100]} stands twice in one object")
        known.add(key.value)
        yield key.value, _value(value, name)


def _plain(node: yaml.ScalarNode, name: object) -> object:
    """Return what a scalar without quotes stands for."""
    text: str = node.value
    word = text.lower() if text in (text.lower(), text.upper(), text.capitalize()) else text
    if word in WORDS:
        return WORDS[word]
    if WHOLE.fullmatch(text):
        return int(text)
    number = float(text) if NUMBER.fullmatch(text) else None
    if NO_NUMBER.fullmatch(text) or (number is not None and isinf(number)):
        raise _unusable(name, node, f"{text[:100]} is no number in JSON: put it in quotes if it is a text")
    return text if number is None else number


def _unusable(name: object, part: yaml.Token | yaml.Node, reason: str) -> UnusableFile:
    return UnusableFile(f"{name}: {reason} (line {part.start_mark.line + 1})")
