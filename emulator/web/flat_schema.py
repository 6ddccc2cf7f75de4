"""Load the fields of a marshmallow schema in one loop, for requests that are read a thousand times a second."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from marshmallow import Schema, ValidationError, fields, missing

Doubt = Callable[[Any], str | None]
Step = tuple[str, Callable[..., Any], int, set[str] | None, Sequence[object], Doubt | None]
LONGEST_RECURRING, MOST_RECURRING = 64, 256  # characters of a text that is remembered, and such texts of a field


class Payload(dict[str, Any]):
    """What a schema made of an object; `altered` names the fields of which something is to be told."""

    __slots__ = ("altered",)
    altered: list[str]


class FlatSchema(Schema):
    """A schema of nothing but fields: no hooks, no other names in the data, and unknown keys are left out.

    Its `load` returns and raises what marshmallow's does, in half the time: that one prepares, for each field, what
    such a schema never uses. `tests/web/test_flat_schema.py` compares the two, and refuses schemas with more in them.

    A field that takes plain texts just as they are has an attribute `longest_plain`, the most characters of such a
    text. Plain is what is printable without blanks around it, and not empty: nearly every text. What a field makes of a
    text may depend on that text alone, and its attribute `recurs` is True: short ones that it took as they are, and of
    which nothing is to be told, are then remembered. Codes and states recur.
    """

    def load(self, data: Any, *, many: bool | None = None, partial: Any = None, unknown: Any = None) -> Any:
        """Return the Payload of a JSON object; raise ValidationError with the problems of all fields."""
        of_many = self.many if many is None else many
        if of_many or partial or unknown or not (type(data) is dict or isinstance(data, Mapping)):
            return super().load(data, many=many, partial=partial, unknown=unknown)
        payload = Payload()
        altered: list[str] = []
        problems: dict[str, object] = {}
        get = data.get
        for name, deserialize, longest_plain, recurring, skipped, doubt in self._steps:
            value = get(name, missing)
            if type(value) is str:
                if 0 < len(value) <= longest_plain:
                    if value.isprintable() and value.strip() == value:
                        payload[name] = value
                        continue
                elif recurring and value in recurring:
                    payload[name] = value
                    continue
            elif (value is None or value is missing) and value in skipped:
                continue
            try:
                loaded = deserialize(value, name, data)
            except ValidationError as error:
                problems[name] = error.messages
                loaded = error.valid_data or missing  # what is good in a nested object
            if loaded is not missing:
                payload[name] = loaded
            if value is missing:
                continue
            if not _is_as_sent(value, loaded) or (doubt and loaded is not missing and doubt(loaded)):
                altered.append(name)
            elif recurring is not None and type(value) is str and name not in problems:
                _remember(value, recurring)
        payload.altered = altered
        if problems:
            raise ValidationError(problems, data=data, valid_data=payload)
        return payload

    @cached_property
    def _steps(self) -> Sequence[Step]:
        return [_step_of(name, field) for name, field in self.load_fields.items()]


def _step_of(name: str, field: fields.Field[Any]) -> Step:
    """Return what `load` needs of a field: name, what loads it, `longest_plain`, what recurs, `_skipped`, `doubt`."""
    doubt: Doubt | None = getattr(field, "doubt", None)
    longest_plain = -1 if doubt else getattr(field, "longest_plain", -1)
    recurring: set[str] | None = set() if getattr(field, "recurs", False) and longest_plain < 0 else None
    return name, field.deserialize, longest_plain, recurring, _skipped(field), doubt


def _remember(text: str, recurring: set[str]) -> None:
    """Remember a text, among so many that callers cannot fill the memory with them."""
    if len(text) <= LONGEST_RECURRING:
        if len(recurring) >= MOST_RECURRING:
            recurring.clear()
        recurring.add(text)


def _is_as_sent(sent: Any, loaded: object) -> bool:
    """Return whether nothing has to be told of what was made of a value."""
    if loaded is sent:
        return True
    if type(loaded) is str:
        is_same: bool = loaded == sent
        return is_same
    if type(loaded) is Payload:
        return not loaded.altered and loaded.keys() >= sent.keys()
    if type(loaded) is list and type(sent) is list:
        return len(loaded) == len(sent) and all(map(_is_as_sent, sent, loaded))
    return False


def _skipped(field: fields.Field[Any]) -> Sequence[object]:
    """Return of what nothing is made: that no value is sent, and perhaps null."""
    return [nothing for nothing in (missing, None) if _makes_nothing_of(field, nothing)]


def _makes_nothing_of(field: fields.Field[Any], value: object) -> bool:
    try:
        return field.deserialize(value) is missing
    except ValidationError:
        return False
