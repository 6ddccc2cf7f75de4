"""How Ruby on Rails reads parameters: casts, blanks, messages. Recorded from the real framework.

The fields are marshmallow's, with Rails' idea of a value: strong parameters drop arrays and objects where a scalar
is meant, a string column takes numbers and booleans as text, and whoever is blank was not there.
"""

import decimal as number
import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, missing
from marshmallow.validate import Length, OneOf, Regexp

from emulator.providers.aplyid.dates import find_date
from emulator.web.advice import advise

# What Ruby's [[:space:]] matches: Unicode's White_Space, without the separators that Python's str.isspace adds.
BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
# URI::MailTo::EMAIL_REGEXP, which is the pattern of HTML5.
_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
EMAIL = re.compile(rf"[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(?:\.{_LABEL})*\Z")
# What Kernel#Float takes, hexadecimal left out as the numericality validator does.
DECIMAL = re.compile(
    r"[ \t\n\v\f\r]*[+-]?(?P<whole>\d+(?:_\d+)*)?(?P<point>\.\d+(?:_\d+)*)?(?:[eE][+-]?\d+(?:_\d+)*)?[ \t\n\v\f\r]*",
    re.ASCII,
)


def is_blank(value: object) -> bool:
    """Object#blank?"""
    if isinstance(value, str):
        return not value.strip(BLANKS)
    return value is None or value is False or value == [] or value == {}


def to_s(value: object) -> str:
    """Ruby's text of a scalar; arrays, objects and null give nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    return str(value) if isinstance(value, int) else ""


def _float_text(value: float) -> str:
    """Float#to_s, which turns to exponents earlier than Python's repr: 1e15 is "1.0e+15"."""
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    shortest = repr(value)
    if "e" not in shortest and (abs(value) < 1e15 or not value.is_integer()):
        return shortest
    sign, digits, exponent = number.Decimal(shortest).normalize().as_tuple()
    power = len(digits) + int(exponent) - 1
    text = "".join(map(str, digits))
    return f"{'-' * sign}{text[0]}.{text[1:] or '0'}e{'-' if power < 0 else '+'}{abs(power):02d}"


def cast_string(value: object) -> str | None:
    """What a string column makes of a parameter; None for null, and for what strong parameters drop."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "t" if value else "f"
    return to_s(value) if isinstance(value, int | float) else None


def humanize(attribute: str) -> str:
    """An attribute's name as it begins a message: `max_transaction_value` is "Max transaction value"."""
    return attribute.removesuffix("_id").replace("_", " ").strip().capitalize()


def to_sentence(messages: list[str]) -> str:
    """Array#to_sentence."""
    if len(messages) < 3:
        return " and ".join(messages)
    return f"{', '.join(messages[:-1])}, and {messages[-1]}"


def full_messages(problems: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Messages as ActiveModel words them; those of nested attributes stutter, as Rails does."""
    found: list[str] = []
    for key, told in problems.items():
        name = f"{prefix}{key.removesuffix('_attributes')}"
        if isinstance(told, Mapping):
            found += full_messages(told, f"{name} ")
        else:
            found += [f"{humanize(name)} {message}" for message in told]
    return found


def is_storable(text: str) -> bool:
    """Can a database take it? Not with NUL or half a surrogate pair in it."""
    if "\x00" in text:
        return False
    try:
        text.isascii() or text.encode()
    except UnicodeEncodeError:
        return False
    return True


def max_length(most: int) -> Length:
    """Validates length: { maximum: most }, in code points."""
    return Length(max=most, error="is too long (maximum is {max} characters)")


def matches(pattern: str) -> Callable[[str], str]:
    """Validates format: the whole text, and Ruby's digits are ASCII."""
    return Regexp(re.compile(rf"{pattern}\Z", re.ASCII), error="is invalid")


def included(choices: tuple[str, ...]) -> OneOf:
    """Validates inclusion."""
    return OneOf(choices, error="is not included in the list")


class Text(fields.Field[str | None]):
    """A string column. `required` is `presence: true`; rules skip blanks, as `allow_blank` does."""

    def __init__(self, *rules: Callable[..., Any], most: int | None = None, **options: Any) -> None:
        super().__init__(validate=[max_length(most)] if most else None, allow_none=True, **options)
        self.rules = rules

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **_: Any) -> Any:
        text = cast_string(value)
        if text is None:
            if self.required:
                raise ValidationError("can't be blank")
            return missing
        if not is_storable(text):
            raise ValidationError("is invalid")
        blank = is_blank(text)
        problems = ["can't be blank"] if blank and self.required else []
        if self.rules and not blank:
            problems += _messages(self.rules, text)
        if self.validators:
            problems += _messages(self.validators, text)
        if problems:
            raise ValidationError(problems)
        return text


def _messages(rules: Any, text: str) -> list[str]:
    found: list[str] = []
    for rule in rules:
        try:
            rule(text)
        except ValidationError as error:
            found += map(str, error.messages)
    return found


class Choice(Text):
    """A string column with `inclusion` and a default: null and blanks are no choice."""

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **_: Any) -> Any:
        text = cast_string(value)
        if text is None and value is not None:  # not sent, or dropped by strong parameters
            return self.load_default
        problems = _messages(self.rules, text or "")
        if problems:
            raise ValidationError(problems)
        return text


class Decimal(fields.Field[str | None]):
    """A decimal column with `numericality: { greater_than: 0 }, allow_nil: true`; kept as the text that was sent."""

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **_: Any) -> Any:
        if value is missing or value is None or isinstance(value, list | dict):
            return missing
        if isinstance(value, str) and is_blank(value):
            return missing
        if value is True or (isinstance(value, str) and not _is_number(value)):
            raise ValidationError("is not a number")
        amount = _amount(value) if isinstance(value, str) else value
        if amount == math.inf:
            raise ValidationError("is not a number")
        if not amount > 0:
            raise ValidationError("must be greater than 0")
        return to_s(value).strip()


def _amount(text: str) -> float | number.Decimal:
    """With an exponent it is a float to Ruby; without one every digit counts."""
    plain = text.strip().replace("_", "")
    return float(plain) if "e" in plain.lower() else number.Decimal(plain)


def _is_number(text: str) -> bool:
    match = DECIMAL.fullmatch(text)
    return match is not None and (match["whole"] is not None or match["point"] is not None)


class Date(fields.Field[str | None]):
    """A date column: what cannot be cast is null, and nothing is ever refused."""

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **_: Any) -> Any:
        found = find_date(value) if isinstance(value, str) else None
        given = value is not missing and value is not None and not (isinstance(value, str) and is_blank(value))
        if found is None and given:
            advise(f"{attr} is no date that can be read and was stored as null")
        return missing if found is None else found.isoformat()


class Attributes(fields.Nested):
    """accepts_nested_attributes_for: whatever is no object counts as not sent."""

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **_: Any) -> Any:
        return self.schema.load(value) if isinstance(value, dict) else missing


class Record(Schema):
    """A model's permitted parameters; the fields stand in the order Rails reports them."""

    class Meta:
        unknown = EXCLUDE
