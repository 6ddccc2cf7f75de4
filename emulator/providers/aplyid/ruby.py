"""Write values, names and messages as Ruby on Rails does. Recorded from the real framework."""

import decimal as number
import math
from collections.abc import Mapping

# What Ruby's [[:space:]] matches: Unicode's White_Space, without the separators that Python's str.isspace adds.
BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


def is_blank(value: object) -> bool:
    """Return whether Ruby's Object#blank? holds."""
    if isinstance(value, str):
        return not value.strip(BLANKS)
    return value is None or value is False or value == [] or value == {}


def to_s(value: object) -> str:
    """Return a scalar as Ruby's to_s writes it; an empty text for arrays, objects and null."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_text(value)
    return str(value) if isinstance(value, int) else ""


def _float_text(value: float) -> str:
    """Return the text of Float#to_s, which uses exponents earlier than Python's repr: 1e15 is "1.0e+15"."""
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
    """Return a parameter as a string column stores it; None for null and for what strong parameters drop."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "t" if value else "f"
    return to_s(value) if isinstance(value, int | float) else None


def humanize(attribute: str) -> str:
    """Return an attribute's name as a message begins with it: `max_transaction_value` is "Max transaction value"."""
    return attribute.removesuffix("_id").replace("_", " ").strip().capitalize()


def to_sentence(messages: list[str]) -> str:
    """Join messages as Array#to_sentence does: "a", "a and b", "a, b, and c"."""
    if len(messages) < 3:
        return " and ".join(messages)
    return f"{', '.join(messages[:-1])}, and {messages[-1]}"


def full_messages(problems: Mapping[str, object], prefix: str = "") -> list[str]:
    """Return messages as ActiveModel words them; those of nested attributes repeat the outer name, as in Rails."""
    messages: list[str] = []
    for key, problem in problems.items():
        name = f"{prefix}{key.removesuffix('_attributes')}"
        if isinstance(problem, Mapping):
            messages += full_messages(problem, f"{name} ")
        elif isinstance(problem, list):
            messages += [f"{humanize(name)} {message}" for message in problem]
    return messages
