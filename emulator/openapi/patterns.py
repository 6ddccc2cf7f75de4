"""Rules of fields in the words of JSON Schema, where apispec has none.

Patterns are as ECMA-262 writes them, which is what JSON Schema asks for: it searches, and knows no end but `$`.
"""

from marshmallow import fields
from marshmallow.validate import Length, Range, Regexp

STORABLE = r"^[^\u0000]*$"  # what every database stores
# What Unicode calls white space, one by one: `\s` is not the same in any two languages.
SPACES = r"\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
END = r"\Z"  # Python's end of the text; ECMA-262 has $ instead


def not_blank(spaces: str = SPACES) -> str:
    """Return the pattern of what every database stores, with something in it that is none of the spaces."""
    return rf"^[^\u0000]*[^{spaces}\u0000][^\u0000]*$"


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


def open_bounds_of(converter: object, field: fields.Field[object], ret: dict[str, object]) -> dict[str, object]:
    """Return the bounds of a field that are not themselves allowed, in place of those that apispec calls allowed."""
    found: dict[str, object] = {}
    for rule in field.validators:
        if isinstance(rule, Range) and rule.min is not None and not rule.min_inclusive:
            found["exclusiveMinimum"] = ret.pop("minimum", rule.min)
        if isinstance(rule, Range) and rule.max is not None and not rule.max_inclusive:
            found["exclusiveMaximum"] = ret.pop("maximum", rule.max)
    return found


def bounds_of_objects(converter: object, field: fields.Field[object], ret: dict[str, object]) -> dict[str, object]:
    """Return how many keys an object may have, which apispec writes as if it were a text, and how long they may be."""
    if not isinstance(field, fields.Dict):
        return {}
    found = {f"{bound}Properties": ret.pop(f"{bound}Length") for bound in ("min", "max") if f"{bound}Length" in ret}
    names = _lengths(field.key_field) if field.key_field else {}
    return {**found, **({"propertyNames": names} if names else {})}


def _lengths(field: fields.Field[object]) -> dict[str, object]:
    rules = [rule for rule in field.validators if isinstance(rule, Length)]
    bounds = {"minLength": [rule.min for rule in rules], "maxLength": [rule.max for rule in rules]}
    return {name: bound for name, found in bounds.items() for bound in found if bound is not None}
