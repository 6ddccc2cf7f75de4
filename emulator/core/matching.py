"""Match requests and webhooks by their provider, their path and any field of their JSON."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypedDict

from emulator.quick_dataclass import dataclass

MOST_DIGITS = 10  # of an index into a list
Scalar = str | int | float | bool | None


class MatchJson(TypedDict, total=False):
    """A match as it is stored and shown: `when` holds values by comparison by field."""

    provider: str
    path: str
    when: dict[str, dict[str, Scalar]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One field, named by its dotted path, compared with a value: `client.name` starts with Acme."""

    field: str
    comparison: str
    expected: Scalar

    def fits(self, document: object) -> bool:
        """Return whether any value at the field compares true: of a list (`checks.check_type`) one item suffices."""
        compare = COMPARISONS[self.comparison]
        return any(compare(found, self.expected) for found in values_at(document, self.field))


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """The criteria of a rule or fault; a criterion left out fits everything."""

    provider: str | None = None
    path: str | None = None  # the start of the path
    conditions: tuple[Condition, ...] = ()

    def fits(self, provider: str, path: str | None, document: object) -> bool:
        """Return whether a request or webhook meets all criteria."""
        if self.provider not in (None, provider):
            return False
        if self.path is not None and not (path or "").startswith(self.path):
            return False
        return all(condition.fits(document) for condition in self.conditions)


def values_at(document: object, field: str) -> Iterator[object]:
    """Yield every value at a dotted path.

    In a list a number chooses one item and any other step looks into every item; a list at the end is yielded itself
    and then item by item.
    """
    waiting = [(document, tuple(field.split(".")))]
    while waiting:  # no recursion: a client's JSON may be nested thousands deep
        value, steps = waiting.pop()
        if steps:
            waiting += reversed(_into(value, steps))
        else:
            yield value
            if isinstance(value, list):
                yield from value


def _into(value: object, steps: tuple[str, ...]) -> list[tuple[object, tuple[str, ...]]]:
    """Take the first step, and return the values it leads to, each with the steps that remain."""
    step, *rest = steps
    if isinstance(value, list):
        if step.isdecimal():
            index = int(step[:MOST_DIGITS])
            if index < len(value):
                return [(value[index], tuple(rest))]
        return [(item, steps) for item in value]
    return [(value[step], tuple(rest))] if isinstance(value, Mapping) and step in value else []


def _same(found: object, expected: Scalar) -> bool:
    # In Python True equals 1; in JSON it does not.
    return bool(found == expected) and isinstance(found, bool) == isinstance(expected, bool)


def _contains(found: object, expected: Scalar) -> bool:
    if isinstance(found, list):
        return any(_same(item, expected) for item in found)
    text = _text(found)
    return text is not None and (_text(expected) or "") in text


def _starts_with(found: object, expected: Scalar) -> bool:
    text = _text(found)
    return text is not None and text.startswith(_text(expected) or "")


def _text(value: object) -> str | None:
    """Return a text, or a number as JSON writes it: a person who looks for digits means both; None for all else."""
    if isinstance(value, bool):
        return None
    return value if isinstance(value, str) else json.dumps(value) if isinstance(value, int | float) else None


COMPARISONS = {"equals": _same, "contains": _contains, "starts_with": _starts_with}


def match_to_json(match: Match) -> MatchJson:
    """Return the match as it is stored and shown, without the criteria that it leaves out."""
    payload: MatchJson = {}
    if match.provider:
        payload["provider"] = match.provider
    if match.path:
        payload["path"] = match.path
    for condition in match.conditions:
        when = payload.setdefault("when", {}).setdefault(condition.field, {})
        when[condition.comparison] = condition.expected
    return payload


def match_of_json(payload: Mapping[str, Any]) -> Match:
    """Return the match that the keys of a `MatchJson` describe; a plain value in `when` means equals."""
    conditions = [
        Condition(field=field, comparison=comparison, expected=expected)
        for field, value in payload.get("when", {}).items()
        for comparison, expected in (value if isinstance(value, Mapping) else {"equals": value}).items()
    ]
    return Match(provider=payload.get("provider"), path=payload.get("path"), conditions=tuple(conditions))
