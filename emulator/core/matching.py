"""Does a request or a webhook fit? By its provider, its path and any field of its JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MOST_DIGITS = 10  # of a place in a list
Scalar = str | int | float | bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One field, named by its dotted place, compared with a value: `client.name` starts with Acme."""

    field: str
    comparison: str
    wanted: Scalar

    def fits(self, document: Any) -> bool:
        """Is there such a field? Of a list any item will do: `checks.check_type` asks all checks."""
        compare = COMPARISONS[self.comparison]
        return any(compare(found, self.wanted) for found in values_at(document, self.field))


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """What something has to be; what is left out may be anything."""

    provider: str | None = None
    path: str | None = None  # how the path starts
    conditions: tuple[Condition, ...] = ()

    def fits(self, provider: str, path: str | None, document: Any) -> bool:
        """Is it so?"""
        if self.provider not in (None, provider):
            return False
        if self.path is not None and not (path or "").startswith(self.path):
            return False
        return all(condition.fits(document) for condition in self.conditions)


def values_at(document: Any, place: str) -> Iterator[Any]:
    """Every value at a dotted place; numbers choose an item of a list, any other step goes into all of them."""
    waiting = [(document, tuple(place.split(".")))]
    while waiting:  # no recursion: a stranger's JSON may be nested thousands deep
        value, steps = waiting.pop()
        if steps:
            waiting += reversed(_into(value, steps))
        else:
            yield value
            if isinstance(value, list):
                yield from value


def _into(value: Any, steps: tuple[str, ...]) -> list[tuple[Any, tuple[str, ...]]]:
    """What the first step leads to, each with the steps that are left."""
    step, *rest = steps
    if isinstance(value, list):
        if step.isdecimal():
            index = int(step[:MOST_DIGITS])
            if index < len(value):
                return [(value[index], tuple(rest))]
        return [(item, steps) for item in value]
    return [(value[step], tuple(rest))] if isinstance(value, Mapping) and step in value else []


def _same(found: Any, wanted: Scalar) -> bool:
    return bool(found == wanted) and isinstance(found, bool) == isinstance(wanted, bool)


def _contains(found: Any, wanted: Scalar) -> bool:
    if isinstance(found, list):
        return any(_same(item, wanted) for item in found)
    return isinstance(found, str) and str(wanted) in found


def _starts_with(found: Any, wanted: Scalar) -> bool:
    return isinstance(found, str) and found.startswith(str(wanted))


COMPARISONS = {"equals": _same, "contains": _contains, "starts_with": _starts_with}


def match_to_json(match: Match) -> dict[str, Any]:
    """As it is kept and shown: {"provider": ..., "path": ..., "when": {"client.name": {"equals": ...}}}."""
    when: dict[str, dict[str, Scalar]] = {}
    for condition in match.conditions:
        when.setdefault(condition.field, {})[condition.comparison] = condition.wanted
    given = {"provider": match.provider, "path": match.path, "when": when}
    return {name: value for name, value in given.items() if value}


def match_of_json(value: Mapping[str, Any]) -> Match:
    """The match that was written so; a plain value in `when` means equals."""
    conditions = [
        Condition(field=field, comparison=comparison, wanted=wanted)
        for field, asked in value.get("when", {}).items()
        for comparison, wanted in (asked if isinstance(asked, Mapping) else {"equals": asked}).items()
    ]
    return Match(provider=value.get("provider"), path=value.get("path"), conditions=tuple(conditions))
