"""How Django REST Framework reads fields: casts, messages, order. Recorded from the real framework.

The fields are marshmallow's, with that framework's idea of a value: numbers are text where text is meant, text is
a number where a number is meant, and all that is wrong is told at once.
"""

import json
import math
import re
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, missing
from marshmallow.validate import Length, OneOf, Range

from emulator.web.body import DEEPEST, containers
from emulator.web.errors import Malformed

# IntegerField: a whole number may end in ".0".
WHOLE_DECIMAL = re.compile(r"\.0*\s*$")
LONGEST_NUMBER = 1000
SURROGATE = re.compile("[\ud800-\udfff]")


class Field(fields.Field[Any]):
    """A field that says what is missing or null as the framework does."""

    def __init__(self, *, null: bool = False, **options: Any) -> None:
        super().__init__(allow_none=null, **options)

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **_: Any) -> Any:
        if value is missing:
            if self.required:
                raise ValidationError("This field is required.")
            return missing
        if value is None:
            if not self.allow_none:
                raise ValidationError("This field may not be null.")
            return None
        return self.read(value)

    def read(self, value: Any) -> Any:
        """The value of what was sent, which is not null."""
        raise ValidationError("Not a valid value.")

    def check(self, value: Any, problems: list[str]) -> None:
        """Raise all that is wrong: the validators' problems first, then the others."""
        told: list[str] = []
        for validator in self.validators:
            try:
                validator(value)
            except ValidationError as error:
                told += map(str, error.messages)
        if told or problems:
            raise ValidationError([*told, *problems])


class Text(Field):
    """CharField: trimmed, numbers taken as text."""

    def __init__(self, *, most: int | None = None, blank: bool = False, **options: Any) -> None:
        rule = Length(max=most, error="Ensure this field has no more than {max} characters.") if most else None
        super().__init__(validate=rule, **options)
        self.blank = blank

    def read(self, value: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValidationError("Not a valid string.")
        text = str(value).strip()
        if not text and not self.blank:
            raise ValidationError("This field may not be blank.")
        self.check(text, list(_unstorable(text)))
        return text


def _unstorable(text: str) -> list[str]:
    """What no database takes: NUL, and half a surrogate pair (the first one is named)."""
    found = ["Null characters are not allowed."] if "\x00" in text else []
    surrogate = None if text.isascii() else SURROGATE.search(text)
    if surrogate:
        found.append(f"Surrogate characters are not allowed: U+{ord(surrogate[0]):X}.")
    return found


class Choice(Field):
    """ChoiceField: compared as text, not trimmed."""

    def __init__(self, choices: tuple[str, ...], *, blank: bool = False, **options: Any) -> None:
        super().__init__(validate=OneOf(choices), **options)
        self.choices, self.blank = choices, blank

    def read(self, value: Any) -> str:
        if value == "" and self.blank:
            return ""
        if str(value) not in self.choices:
            raise ValidationError(f'"{value}" is not a valid choice.')
        return str(value)


class Integer(Field):
    """IntegerField: takes "12", " 12 ", 12.0 and "12.00"."""

    def __init__(self, *, least: int | None = None, most: int | None = None, **options: Any) -> None:
        rules = []
        if most is not None:
            rules.append(Range(max=most, error="Ensure this value is less than or equal to {max}."))
        if least is not None:
            rules.append(Range(min=least, error="Ensure this value is greater than or equal to {min}."))
        super().__init__(validate=rules, **options)

    def read(self, value: Any) -> int:
        if isinstance(value, str) and len(value) > LONGEST_NUMBER:
            raise ValidationError("String value too large.")
        try:
            number = int(WHOLE_DECIMAL.sub("", str(value)))
        except (ValueError, TypeError):
            raise ValidationError("A valid integer is required.") from None
        self.check(number, [])
        return number


class AnyJson(Field):
    """JSONField: any value, kept exactly; NUL, half surrogate pairs and infinities could not be stored."""

    def __init__(self, **options: Any) -> None:
        super().__init__(null=True, **options)

    def read(self, value: Any) -> Any:
        if any(depth > DEEPEST for depth, _ in containers(value)):
            raise Malformed(f"nested more than {DEEPEST} deep")
        for part in _scalars(value):
            if isinstance(part, str):
                self.check(part, _unstorable(part))
            elif isinstance(part, float) and not math.isfinite(part):
                raise ValidationError("Value must be valid JSON.")
        return value


def _scalars(value: Any) -> list[Any]:
    """Every key and scalar in there."""
    found: list[Any] = []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            found += item.keys()
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
        else:
            found.append(item)
    return found


def load(schema: Schema, value: Any) -> Any:
    """What the serializer makes of one item; raises ValidationError."""
    if value is None:
        raise ValidationError(["This field may not be null."])
    if not isinstance(value, dict):
        kind = type(value).__name__
        raise ValidationError({"non_field_errors": [f"Invalid data. Expected a dictionary, but got {kind}."]})
    return schema.load(value, many=False)


class Serializer(Schema):
    """The fields stand in the order their problems are told."""

    class Meta:
        unknown = EXCLUDE


ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def to_json(value: Any) -> str:
    """JSON as the framework renders it: compact UTF-8, the two line separators escaped."""
    text = ENCODER.encode(value)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
