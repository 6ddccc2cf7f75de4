"""The part of a request body that says what a rule or a fault matches."""

from math import isfinite
from typing import Any

from marshmallow import ValidationError, fields
from marshmallow.validate import Length

from emulator.control.filter_words import Word
from emulator.control.request_schemas import Strict
from emulator.core.matching import COMPARISONS, Match, MatchJson, Scalar, match_to_json
from emulator.masking import masked_url

MOST_CONDITIONS, LONGEST = 20, 500
SHAPE = 'fields of the JSON by dotted names, as in {"client.name": "Jo", "client.email": {"contains": "@risky."}}'


class When(fields.Dict):
    """{"client.name": "John Doe", "client.email": {"contains": "@risky."}, "activity.name": {"starts_with": "On"}}"""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            keys=fields.String(validate=Length(1, LONGEST)), validate=Length(max=MOST_CONDITIONS), **options
        )

    def _deserialize(self, value: object, attr: str | None, data: object, **options: object) -> dict[str, object]:
        conditions: dict[str, object]
        conditions = super()._deserialize(value, attr, data, **options)  # type: ignore[no-untyped-call]
        for field, condition in conditions.items():
            if condition == {}:
                raise ValidationError(f"{field}: say what to compare it with")
            for comparison, operand in condition.items() if isinstance(condition, dict) else [("equals", condition)]:
                _check(field, comparison, operand)
        return conditions


def _check(field: str, comparison: str, operand: object) -> None:
    if comparison not in COMPARISONS:
        raise ValidationError(f"{field}: compare with one of {', '.join(COMPARISONS)}")
    if not isinstance(operand, Scalar) or (isinstance(operand, str) and len(operand) > LONGEST):
        raise ValidationError(f"{field}: a text (at most {LONGEST} characters), number, boolean or null is needed")
    if isinstance(operand, float) and not isfinite(operand):
        raise ValidationError(f"{field}: the number is too large")
    if comparison != "equals" and (isinstance(operand, bool) or not isinstance(operand, str | int | float)):
        raise ValidationError(f"{field}: {comparison} needs a text or a number")


class MatchIn(Strict):
    """The conditions that a request or webhook has to meet; what is left out may be anything."""

    provider = Word("provider", allow_none=True, metadata={"description": "one API; both unless told"})
    when = When(load_default=dict, metadata={"description": SHAPE})


def shown_match(match: Match) -> MatchJson:
    """Return a match as it is shown: the texts that fields are compared with may be addresses with secrets in them."""
    payload = match_to_json(match)
    for conditions in payload.get("when", {}).values():
        for comparison, expected in conditions.items():
            if isinstance(expected, str):
                conditions[comparison] = masked_url(expected)
    return payload
