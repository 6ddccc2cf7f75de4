"""Read fields as Django REST Framework does: casts, messages, order. Recorded from the real framework.

These are marshmallow fields that follow the framework: a text field takes numbers, a number field takes text, and all
problems are reported at once.
"""

import math
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypedDict, Unpack

from marshmallow import EXCLUDE, Schema, ValidationError, fields, missing
from marshmallow.validate import Length, OneOf, Range

from emulator.web.body import DEEPEST, containers
from emulator.web.errors import Malformed
from emulator.web.flat_schema import FlatSchema
from emulator.web.json_text import writer

# IntegerField takes a whole number that ends in ".0".
WHOLE_DECIMAL = re.compile(r"\.0*\s*$")
LONGEST_NUMBER = 1000
SURROGATE = re.compile("[\ud800-\udfff]")
Validators = Length | OneOf | Sequence[Range]


class FieldOptions(TypedDict, total=False):
    """The options of a marshmallow field that these fields take."""

    required: bool
    metadata: Mapping[str, str]


class Field(fields.Field[object]):
    """A field that reports a missing value and null as the framework does; `read` reads any other value."""

    def __init__(
        self, *, null: bool = False, validate: Validators | None = None, **options: Unpack[FieldOptions]
    ) -> None:
        super().__init__(allow_none=null, validate=validate, **options)

    def deserialize(
        self, value: object, attr: str | None = None, data: Mapping[str, object] | None = None, **_: object
    ) -> object:
        if value is missing:
            if self.required:
                raise ValidationError("This field is required.")
            return missing
        if value is None:
            if not self.allow_none:
                raise ValidationError("This field may not be null.")
            return None
        return self.read(value)

    def read(self, value: object) -> object:
        """Return the value of what was sent, which is not null; raise ValidationError."""
        raise ValidationError("Not a valid value.")

    def check(self, value: object, problems: list[str]) -> None:
        """Raise one ValidationError with the validators' messages first, then `problems`, if there are any."""
        messages: list[str] = []
        for validator in self.validators:
            try:
                validator(value)
            except ValidationError as error:
                messages += map(str, error.messages)
        if messages or problems:
            raise ValidationError([*messages, *problems])


class Text(Field):
    """CharField: trims, and takes numbers as text."""

    if_changed = "is used without the blanks around it"
    no_text = "Not a valid string."

    def __init__(
        self, *, most: int | None = None, blank: bool = False, null: bool = False, **options: Unpack[FieldOptions]
    ) -> None:
        rule = Length(max=most, error="Ensure this field has no more than {max} characters.") if most else None
        super().__init__(null=null, validate=rule, **options)
        self.blank = blank
        if (type(self).read, type(self).check) == (Text.read, Field.check):  # nothing but the length is checked
            self.longest_plain = most or sys.maxsize
            self.recurs = True  # where there are doubts, too

    def read(self, value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValidationError(self.no_text)
        text = str(value).strip()
        if not text and not self.blank:
            raise ValidationError("This field may not be blank.")
        self.check(text, _unstorable(text))
        return text


def _unstorable(text: str) -> list[str]:
    """Return the problems of a text that no database stores: NUL, and the first half of a surrogate pair."""
    problems = ["Null characters are not allowed."] if "\x00" in text else []
    surrogate = None if text.isascii() else SURROGATE.search(text)
    if surrogate:
        problems.append(f"Surrogate characters are not allowed: U+{ord(surrogate[0]):X}.")
    return problems


class Choice(Field):
    """ChoiceField: compares values as text, without trimming."""

    def __init__(
        self, choices: tuple[str, ...], *, blank: bool = False, null: bool = False, **options: Unpack[FieldOptions]
    ) -> None:
        super().__init__(null=null, validate=OneOf(choices), **options)
        self.choices, self.blank = choices, blank
        self.recurs = type(self).read == Choice.read

    def read(self, value: object) -> str:
        if value == "" and self.blank:
            return ""
        if str(value) not in self.choices:
            raise ValidationError(f'"{value}" is not a valid choice.')
        return str(value)


class Integer(Field):
    """IntegerField: takes "12", " 12 ", 12.0 and "12.00"."""

    def __init__(self, *, least: int | None = None, most: int | None = None, **options: Unpack[FieldOptions]) -> None:
        rules: list[Range] = []
        if most is not None:
            rules.append(Range(max=most, error="Ensure this value is less than or equal to {max}."))
        if least is not None:
            rules.append(Range(min=least, error="Ensure this value is greater than or equal to {min}."))
        super().__init__(validate=rules, **options)

    def read(self, value: object) -> int:
        if isinstance(value, str) and len(value) > LONGEST_NUMBER:
            raise ValidationError("String value too large.")
        try:
            number = int(WHOLE_DECIMAL.sub("", str(value)))
        except (ValueError, TypeError):
            raise ValidationError("A valid integer is required.") from None
        self.check(number, [])
        return number


class AnyJson(Field):
    """JSONField: keeps any value exactly, but refuses NUL, half surrogate pairs and infinities."""

    def __init__(self, **options: Unpack[FieldOptions]) -> None:
        super().__init__(null=True, **options)

    def read(self, value: object) -> object:
        if any(depth > DEEPEST for depth, _ in containers(value)):
            raise Malformed(f"nested more than {DEEPEST} deep")
        for part in _scalars(value):
            if isinstance(part, str):
                self.check(part, _unstorable(part))
            elif isinstance(part, float) and not math.isfinite(part):
                raise ValidationError("Value must be valid JSON.")
        return value


def _scalars(value: object) -> list[object]:
    """Return every key and scalar of a JSON value."""
    scalars: list[object] = []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            scalars += item.keys()
            waiting += item.values()
        elif isinstance(item, list):
            waiting += item
        else:
            scalars.append(item)
    return scalars


def load(schema: Schema, value: object) -> dict[str, Any]:
    """Return the payload that the serializer reads from one item; raise ValidationError."""
    if value is None:
        raise ValidationError(["This field may not be null."])
    if not isinstance(value, dict):
        kind = type(value).__name__
        raise ValidationError({"non_field_errors": [f"Invalid data. Expected a dictionary, but got {kind}."]})
    payload: dict[str, Any] = schema.load(value, many=False)
    return payload


class Serializer(FlatSchema):
    """A serializer; its fields stand in the order in which their problems are reported."""

    class Meta:
        unknown = EXCLUDE


@lru_cache(maxsize=64)  # a new case tells one moment up to a hundred times
def moment_text(moment: datetime) -> str:
    """Return a moment as DateTimeField does: ISO 8601 with Z, without a fraction if it is zero."""
    return moment.isoformat().replace("+00:00", "Z")


write_json = writer(ensure_ascii=False, separators=(",", ":"))


def to_json(value: object) -> str:
    """Return JSON as the framework renders it: compact, not limited to ASCII, the two line separators escaped."""
    text = write_json(value)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
