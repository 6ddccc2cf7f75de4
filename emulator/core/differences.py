"""Find what differs between two bodies, field by field."""

import json
from collections.abc import Iterator, Mapping

from emulator.quick_dataclass import dataclass

MOST = 500  # differences
NOTHING = object()  # in place of a value that is not there


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs, by its dotted place; None and not there are told apart by the two flags."""

    place: str
    before: object
    after: object
    was_there: bool = True
    is_there: bool = True


def differences(before: str, after: str) -> list[Difference] | None:
    """Return what differs between two JSON texts, at most 500 fields, in the order of the second; None: no JSON."""
    try:
        found = _compare("", json.loads(before), json.loads(after))
        return [difference for difference, _ in zip(found, range(MOST), strict=False)]
    except (ValueError, RecursionError):
        return None


def _compare(place: str, before: object, after: object) -> Iterator[Difference]:
    known = [_parts(value) for value in (before, after)]
    if known[0] is None or known[1] is None or type(before) is not type(after):
        if before is NOTHING or after is NOTHING or _is_other(before, after):
            yield _difference(place, before, after)
        return
    old, new = known[0], known[1]
    for name in [*new, *(name for name in old if name not in new)]:
        yield from _compare(f"{place}.{name}".lstrip("."), old.get(name, NOTHING), new.get(name, NOTHING))


def _parts(value: object) -> Mapping[str, object] | None:
    """Return the items of an object or a list by their names; None for any other value."""
    if isinstance(value, dict):
        return value
    return {str(number): item for number, item in enumerate(value)} if isinstance(value, list) else None


def _is_other(before: object, after: object) -> bool:
    return before != after or type(before) is not type(after)  # in Python 1, 1.0 and True are equal; in JSON not


def _difference(place: str, before: object, after: object) -> Difference:
    return Difference(
        place,
        None if before is NOTHING else before,
        None if after is NOTHING else after,
        was_there=before is not NOTHING,
        is_there=after is not NOTHING,
    )
