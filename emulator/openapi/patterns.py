"""Patterns as ECMA-262 writes them, which is what JSON Schema asks for: it searches, and knows no end but `$`."""

from marshmallow import fields
from marshmallow.validate import Regexp

END = r"\Z"  # Python's end of the text; ECMA-262 has $ instead


def ecma_pattern(rule: Regexp) -> str:
    """Return the pattern of a validator, which matches from the start of the text."""
    pattern = str(rule.regex.pattern)
    is_whole = pattern.endswith(END)
    inner = pattern.removesuffix(END).replace(END, "$")
    return f"^(?:{inner})$" if is_whole else f"^(?:{inner})"


def pattern_of(converter: object, field: fields.Field[object], ret: dict[str, object]) -> dict[str, object]:
    """Return the pattern of a field, in place of the one that apispec copies as Python writes it."""
    patterns = [ecma_pattern(rule) for rule in field.validators if isinstance(rule, Regexp)]
    return {"pattern": patterns[0]} if patterns else {}
