"""The schemas of bodies that plan a fault: one for each fault kind, made from the fields of its class."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field
from dataclasses import fields as fields_of
from typing import Any

from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf, Range, Regexp, Validator

from emulator.control.matching import MatchIn
from emulator.control.request_schemas import TrueOrFalse, Whole
from emulator.core.opening_lies import OPENING_FAULT_KINDS
from emulator.core.webhook_faults import WEBHOOK_FAULT_KINDS
from emulator.web.api_faults import API_FAULT_KINDS

FAULT_KINDS: Mapping[str, Any] = {
    kind.kind: kind for kind in (*API_FAULT_KINDS, *OPENING_FAULT_KINDS, *WEBHOOK_FAULT_KINDS)
}
LONGEST_LIFE = 30 * 86_400


class FaultIn(MatchIn):
    """What every fault kind takes beside its own settings."""

    path = fields.String(
        allow_none=True,
        validate=Length(max=500),
        metadata={"description": "how the path starts: of the request, or of the webhook's target"},
    )
    times = Whole(
        allow_none=True,
        load_default=None,
        validate=Range(1, 1_000_000),
        metadata={"description": "how often it triggers; as often as it fits unless told"},
    )
    probability = fields.Float(
        load_default=1.0,
        validate=Range(0, 1),
        metadata={"description": "how likely, drawn from the sandbox's seed"},
    )
    expires_in = fields.Float(
        load_default=900.0,
        validate=Range(0, LONGEST_LIFE, min_inclusive=False),
        metadata={"description": "seconds of wall time until it is forgotten"},
    )


class AnyJsonObject(fields.Dict):
    """A JSON object that is not empty, and whose JSON is at most `most` characters long."""

    def __init__(self, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.most = most

    def _deserialize(self, value: object, attr: str | None, data: object, **options: object) -> dict[str, object]:
        document: dict[str, object]
        document = super()._deserialize(value, attr, data, **options)  # type: ignore[no-untyped-call]
        if not document or len(written(document)) > self.most:
            raise ValidationError(f"an object of 1 to {self.most} characters of JSON is needed")
        return document


def written(value: object) -> str:
    """Return a value as JSON; raise ValidationError for infinity, which is how 1e400 is read."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError as error:
        raise ValidationError("a number is too large") from error


def schema_of(kind: str) -> type[Schema]:
    """Return the schema of a body that plans a fault of that kind, made from the fields of the kind's class."""
    own: dict[str, fields.Field[Any]] = {
        "kind": fields.String(required=True, validate=OneOf([kind]), metadata={"description": "what goes wrong"})
    }
    own |= {field.name: _field(field) for field in fields_of(FAULT_KINDS[kind])}
    name = "".join(part.capitalize() for part in kind.split("_"))
    made = FaultIn.from_dict(own, name=f"{name}FaultIn")
    made.__module__, made.__doc__ = __name__, FAULT_KINDS[kind].__doc__
    return made


def _field(field: Field[Any]) -> fields.Field[Any]:
    about = field.metadata
    options: dict[str, Any] = {"metadata": {"description": about["told"]}}
    if field.default is MISSING and field.default_factory is MISSING:
        options["required"] = True
    if field.type is bool:
        return TrueOrFalse(**options)
    if field.type is int:
        return Whole(validate=Range(about["low"], about["high"]), **options)
    if field.type in (float, float | None):
        return fields.Float(validate=Range(about["low"], about["high"]), allow_none=field.default is None, **options)
    if field.type is str:
        return fields.String(validate=list(_rules(about)), **options)
    if field.type is Any:
        return fields.Raw(allow_none=True, validate=_short_enough(int(about["high"])), **options)
    return AnyJsonObject(int(about["high"]), **options)


def _rules(about: Mapping[str, Any]) -> Iterator[Validator]:
    if "choices" in about:
        yield OneOf(about["choices"])
    if about["high"] is not None:
        yield Length(about["low"], about["high"])
    if "pattern" in about:
        yield Regexp(f"(?:{about['pattern']})\\Z")


def _short_enough(most: int) -> Callable[[object], None]:
    def check(value: object) -> None:
        if len(value if isinstance(value, str) else written(value)) > most:
            raise ValidationError(f"at most {most} characters")

    return check


SCHEMAS = {kind: schema_of(kind)() for kind in FAULT_KINDS}
