"""How rules and faults say what they match."""

from math import isfinite
from typing import Any

from marshmallow import ValidationError, fields
from marshmallow.validate import Length

from emulator.control.request_schemas import Strict
from emulator.core.matching import COMPARISONS

MOST_CONDITIONS, LONGEST = 20, 500
SHAPE = 'fields of the JSON by dotted names, as in {"client.name": "Jo", "client.email": {"contains": "@risky."}}'


class When(fields.Dict):
    """{"client.name": "John Doe", "client.email": {"contains": "@risky."}, "activity.name": {"starts_with": "On"}}"""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            keys=fields.String(validate=Length(1, LONGEST)), validate=Length(max=MOST_CONDITIONS), **options
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        given = super()._deserialize(value, attr, data, **options)  # type: ignore[no-untyped-call]
        for name, asked in given.items():
            if asked == {}:
                raise ValidationError(f"{name}: say what to compare it with")
            for comparison, wanted in asked.items() if isinstance(asked, dict) else [("equals", asked)]:
                _check(name, comparison, wanted)
        return given


def _check(name: str, comparison: str, wanted: Any) -> None:
    if comparison not in COMPARISONS:
        raise ValidationError(f"{name}: compare with one of {', '.join(COMPARISONS)}")
    if isinstance(wanted, dict | list) or (isinstance(wanted, str) and len(wanted) > LONGEST):
        raise ValidationError(f"{name}: a text (at most {LONGEST} characters), number, boolean or null is needed")
    if isinstance(wanted, float) and not isfinite(wanted):
        raise ValidationError(f"{name}: the number is too large")
    if comparison != "equals" and not isinstance(wanted, str | int | float):
        raise ValidationError(f"{name}: {comparison} needs a text")


class MatchIn(Strict):
    """What something has to be; what is left out may be anything."""

    provider = fields.String(allow_none=True, metadata={"description": "one API; both unless told"})
    when = When(load_default=dict, metadata={"description": SHAPE})
