"""The routes of faults: what kinds there are, which stand, add, take back."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field
from dataclasses import fields as fields_of
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response
from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf, Range, Regexp

from emulator.control.context import ControlContext, known_provider
from emulator.control.matching import MatchIn
from emulator.control.request_schemas import NothingIn
from emulator.control.views import Variants, json_response, moment, responds, takes
from emulator.core.faults import Fault
from emulator.core.matching import match_of_json, match_to_json
from emulator.core.webhook_faults import WEBHOOK_FAULT_KINDS, EarlyWebhook
from emulator.web.api_faults import API_FAULT_KINDS
from emulator.web.problem_json import Problem

FAULT_KINDS: Mapping[str, Any] = {kind.kind: kind for kind in (*API_FAULT_KINDS, *WEBHOOK_FAULT_KINDS)}
# By the type of a setting: how it is called. Whatever is not here is a JSON object.
TYPES: Mapping[Any, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    float | None: "number",
    str: "text",
    Any: "json",
}
LONGEST_LIFE = 30 * 86_400
MATCHING = ("provider", "path", "when")
STRIKING = ("times", "probability", "expires_in")


class FaultIn(MatchIn):
    """What every kind of fault takes beside its own settings."""

    path = fields.String(
        allow_none=True,
        validate=Length(max=500),
        metadata={"description": "how the path starts: of the request, or of the webhook's target"},
    )
    times = fields.Integer(
        strict=True,
        allow_none=True,
        load_default=None,
        validate=Range(1, 1_000_000),
        metadata={"description": "how often it strikes; as often as it fits unless told"},
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
    """A JSON object that is not too long."""

    def __init__(self, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        value = super()._deserialize(value, attr, data, **options)  # type: ignore[no-untyped-call]
        if not value or len(written(value)) > self.most:
            raise ValidationError(f"an object of 1 to {self.most} characters of JSON is needed")
        return value


def written(value: Any) -> str:
    """The JSON of it; raises ValidationError for what JSON cannot say, as the 1e400 that was read as infinity."""
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError as error:
        raise ValidationError("a number is too large") from error


def schema_of(kind: str) -> type[Schema]:
    """What a fault of that kind is asked for with, made from the fields of its class."""
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
        return fields.Boolean(truthy={True}, falsy={False}, **options)
    if field.type is int:
        return fields.Integer(validate=Range(about["low"], about["high"]), strict=True, **options)
    if field.type in (float, float | None):
        return fields.Float(validate=Range(about["low"], about["high"]), allow_none=field.default is None, **options)
    if field.type is str:
        return fields.String(validate=list(_rules(about)), **options)
    if field.type is Any:
        return fields.Raw(allow_none=True, validate=_short_enough(int(about["high"])), **options)
    return AnyJsonObject(int(about["high"]), **options)


def _rules(about: Mapping[str, Any]) -> Any:
    if "choices" in about:
        yield OneOf(about["choices"])
    if about["high"] is not None:
        yield Length(about["low"], about["high"])
    if "pattern" in about:
        yield Regexp(f"(?:{about['pattern']})\\Z")


def _short_enough(most: int) -> Any:
    def check(value: Any) -> None:
        if len(value if isinstance(value, str) else written(value)) > most:
            raise ValidationError(f"at most {most} characters")

    return check


SCHEMAS = {kind: schema_of(kind)() for kind in FAULT_KINDS}


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """/faults of the emulator, and /faults of a sandbox."""

    @routes.get("/faults")
    @responds("FaultKindsOut")
    def list_kinds() -> Response:
        """Every kind of fault, with its settings and what they mean."""
        return json_response({"count": len(FAULT_KINDS), "kinds": [describe_kind(kind) for kind in FAULT_KINDS]})

    @routes.get("/sandboxes/<sandbox:name>/faults")
    @responds("FaultsOut")
    def list_faults(name: str) -> Response:
        """The faults that may still strike in a sandbox."""
        found = context.planning.faults(name)
        return json_response({"count": len(found), "faults": [_render(fault) for fault in found]})

    @routes.post("/sandboxes/<sandbox:name>/faults")
    @takes(Variants("kind", SCHEMAS))
    @responds("FaultOut", 201)
    def add_fault(name: str, payload: dict[str, Any]) -> Response:
        """Plan a fault."""
        return json_response(_render(_add(context, name, payload)), 201)

    @routes.delete("/sandboxes/<sandbox:name>/faults")
    @takes(NothingIn())
    @responds("FaultsOut")
    def clear_faults(name: str, payload: dict[str, Any]) -> Response:
        """Take all faults back; requests that are held up by one go on."""
        context.planning.remove_faults(name)
        return json_response({"count": 0, "faults": []})

    @routes.delete("/sandboxes/<sandbox:name>/faults/<fault_id>")
    @takes(NothingIn())
    @responds("FaultsOut")
    def remove_fault(name: str, fault_id: str, payload: dict[str, Any]) -> Response:
        """Take one fault back."""
        context.planning.remove_faults(name, fault_id)
        return list_faults(name)


def _add(context: ControlContext, name: str, payload: dict[str, Any]) -> Fault:
    known_provider(context.completion_schemas, payload.get("provider"))
    _check_together(payload)
    return context.planning.add_fault(
        name,
        kind=payload["kind"],
        match=match_of_json(payload),
        times=payload["times"],
        probability=payload["probability"],
        expires_in=timedelta(seconds=payload["expires_in"]),
        settings=settings_of(payload),
    )


def settings_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """What the kind itself was told."""
    return {name: value for name, value in payload.items() if name not in (*MATCHING, *STRIKING, "kind")}


def _check_together(payload: Mapping[str, Any]) -> None:
    """Raises Refused for settings that exclude each other."""
    up_to, seconds = payload.get("up_to"), payload.get("seconds")
    if up_to is not None and seconds is not None and up_to < seconds:
        raise Problem(422, "up_to: not less than seconds", errors={"up_to": "not less than seconds"})
    if payload["kind"] == EarlyWebhook.kind and payload.get("path") is not None:
        told = "early strikes before there is a webhook with a target: match by provider and when"
        raise Problem(422, f"path: {told}", errors={"path": told})


def _render(fault: Fault) -> dict[str, Any]:
    return {
        "id": fault.id,
        "kind": fault.kind,
        "side": FAULT_KINDS[fault.kind].side,
        **match_to_json(fault.match),
        "times": fault.times,
        "probability": fault.probability,
        "expires_at": moment(fault.until),
        "seen": fault.seen,
        **json.loads(fault.settings),
    }


def describe_kind(kind: str) -> dict[str, Any]:
    """What a kind of fault does, and its settings."""
    about = FAULT_KINDS[kind]
    told = " ".join((about.__doc__ or "").split())
    return {
        "kind": kind,
        "side": about.side,
        "does": told,
        "settings": [_describe_setting(field) for field in fields_of(about)],
    }


def _describe_setting(field: Field[Any]) -> dict[str, Any]:
    about = field.metadata
    default = None if field.default is MISSING else field.default
    if field.default_factory is not MISSING:
        default = field.default_factory()
    required = field.default is MISSING and field.default_factory is MISSING
    bounds = {name: about[name] for name in ("low", "high", "choices") if about.get(name) is not None}
    kind = TYPES.get(field.type, "object")
    return {
        "name": field.name,
        "type": kind,
        "means": about["told"],
        "required": required,
        "default": default,
        **bounds,
    }
