"""Read parameters as Ruby on Rails does: casts, blanks, messages. Recorded from the real framework.

These are marshmallow fields that follow Rails: strong parameters drop arrays and objects where a scalar is expected, a
string column takes numbers and booleans as text, and a blank value counts as missing.
"""

import decimal as number
import math
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TypedDict, Unpack

from marshmallow import EXCLUDE, ValidationError, fields, missing
from marshmallow.validate import Length, OneOf, Regexp

from emulator.providers.aplyid.ruby import cast_string, is_blank
from emulator.web.flat_schema import FlatSchema

# URI::MailTo::EMAIL_REGEXP, which is the pattern of HTML5.
_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
EMAIL = re.compile(rf"[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})*\Z")
# What Kernel#Float takes, hexadecimal left out as the numericality validator does.
DECIMAL = re.compile(
    r"[ \t\n\v\f\r]*[+-]?(?P<whole>\d+(?:_\d+)*)?(?P<point>\.\d+(?:_\d+)*)?(?:[eE][+-]?\d+(?:_\d+)*)?[ \t\n\v\f\r]*",
    re.ASCII,
)

Validator = Callable[[str], object]


class FieldOptions(TypedDict, total=False):
    """The options of a marshmallow field that these fields take."""

    required: bool
    load_default: str
    metadata: Mapping[str, str]


def is_storable(text: str) -> bool:
    """Return whether a database can store the text: without NUL and without half a surrogate pair."""
    if "\x00" in text:
        return False
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError:
        return False
    return True


def max_length(most: int) -> Length:
    """Return the validator of `length: { maximum: most }`, which counts code points."""
    return Length(max=most, error="is too long (maximum is {max} characters)")


def matches(pattern: str) -> Callable[[str], str]:
    """Return the validator of `format:` for the whole text; \\d means ASCII digits, as in Ruby."""
    return Regexp(re.compile(rf"{pattern}\Z", re.ASCII), error="is invalid")


def included(choices: tuple[str, ...]) -> OneOf:
    """Return the validator of `inclusion:`."""
    return OneOf(choices, error="is not included in the list")


class Column(fields.Field[object]):
    """A column of a model; `cast` returns what it stores, or `missing`."""

    recurs = True

    def deserialize(
        self, value: object, attr: str | None = None, data: Mapping[str, object] | None = None, **_: object
    ) -> object:
        return self.cast(value)

    def cast(self, value: object) -> object:
        """Return the stored value of a parameter, which may be `missing`; raise ValidationError."""
        raise NotImplementedError


class Text(Column):
    """A string column. `required` is `presence: true`; rules skip blanks, as `allow_blank` does.

    Rules judge what `normalize` makes of the text, because that is what would be stored.
    """

    def __init__(self, *rules: Validator, most: int | None = None, **options: Unpack[FieldOptions]) -> None:
        super().__init__(validate=[max_length(most)] if most else None, allow_none=True, **options)
        self.rules = rules
        if not rules and (type(self).cast, type(self).normalize) == (Text.cast, Text.normalize):
            self.longest_plain = most or sys.maxsize

    def cast(self, value: object) -> object:
        text = cast_string(value)
        if text is None:
            if self.required:
                raise ValidationError("can't be blank")
            return missing
        if not is_storable(text):
            raise ValidationError("is invalid")
        text = self.normalize(text)
        blank = is_blank(text)
        problems = ["can't be blank"] if blank and self.required else []
        if self.rules and not blank:
            problems += _messages(self.rules, text)
        if self.validators:
            problems += _messages(self.validators, text)
        if problems:
            raise ValidationError(problems)
        return text

    def normalize(self, text: str) -> str:
        """Return the text as the model stores it."""
        return text


def _messages(rules: Iterable[Validator], text: str) -> list[str]:
    messages: list[str] = []
    for rule in rules:
        try:
            rule(text)
        except ValidationError as error:
            messages += map(str, error.messages)
    return messages


class Choice(Text):
    """A string column with `inclusion` and a default: null and blanks are not among the choices."""

    def cast(self, value: object) -> object:
        text = cast_string(value)
        if text is None and value is not None:  # not sent, or dropped by strong parameters
            return self.load_default
        problems = _messages(self.rules, text or "")
        if problems:
            raise ValidationError(problems)
        return text


class Decimal(Column):
    """A decimal column with `numericality: { greater_than: 0 }, allow_nil: true`; a text becomes an exact number."""

    def cast(self, value: object) -> object:
        if not isinstance(value, str | int | float) or (isinstance(value, str) and is_blank(value)):
            return missing
        if value is True or (isinstance(value, str) and not _is_number(value)):
            raise ValidationError("is not a number")
        amount = _amount(value) if isinstance(value, str) else value
        if amount == math.inf:
            raise ValidationError("is not a number")
        if not amount > 0:
            raise ValidationError("must be greater than 0")
        return amount


def _amount(text: str) -> float | number.Decimal:
    """Return the number: a float if it has an exponent, as in Ruby, else exact."""
    plain = text.strip().replace("_", "")
    return float(plain) if "e" in plain.lower() else number.Decimal(plain)


def _is_number(text: str) -> bool:
    match = DECIMAL.fullmatch(text)
    return match is not None and (match["whole"] is not None or match["point"] is not None)


class Attributes(fields.Nested):
    """The attributes of accepts_nested_attributes_for; a value that is no object counts as not sent."""

    def deserialize(
        self, value: object, attr: str | None = None, data: Mapping[str, object] | None = None, **_: object
    ) -> object:
        return self.schema.load(value) if isinstance(value, dict) else missing


class Record(FlatSchema):
    """A model's permitted parameters, in the order in which Rails reports their problems."""

    class Meta:
        unknown = EXCLUDE
