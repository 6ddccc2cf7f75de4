"""The routes of faults: list the kinds and the planned faults, plan one, and take it back."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field
from dataclasses import fields as fields_of
from datetime import timedelta
from typing import Any, cast

from flask import Blueprint, Response

from emulator.control.context import ControlContext
from emulator.control.fault_presets import PRESETS
from emulator.control.fault_schemas import FAULT_KINDS, SCHEMAS
from emulator.control.filter_words import known_provider
from emulator.control.matching import shown_match
from emulator.control.payloads import (
    FaultKindPayload,
    FaultKindsPayload,
    FaultPayload,
    FaultSettingPayload,
    FaultsPayload,
)
from emulator.control.request_schemas import NothingIn
from emulator.control.views import Variants, json_response, moment, responds, takes
from emulator.core.faults import Fault
from emulator.core.matching import match_of_json
from emulator.core.webhook_faults import EarlyWebhook
from emulator.web.problem_json import Problem

# By the type of a setting, its name in answers. Any other type is a JSON object.
TYPES: Mapping[object, str] = {
    bool: "boolean",
    int: "integer",
    float: "number",
    float | None: "number",
    str: "text",
    Any: "json",
}
MATCHING = ("provider", "path", "when")
STRIKING = ("times", "probability", "expires_in")


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """Add /faults of the emulator, and /faults of a sandbox."""

    @routes.get("/faults")
    @responds("FaultKindsOut")
    def list_kinds() -> Response:
        """List every fault kind, with its settings and what they mean, and the faults that are planned most often."""
        kinds = [describe_kind(kind) for kind in FAULT_KINDS]
        answer: FaultKindsPayload = {"count": len(kinds), "kinds": kinds, "presets": [*PRESETS]}
        return json_response(answer)

    @routes.get("/sandboxes/<sandbox:name>/faults")
    @responds("FaultsOut")
    def list_faults(name: str) -> Response:
        """List the faults that may still trigger in a sandbox."""
        faults = context.planning.faults(name)
        answer: FaultsPayload = {"count": len(faults), "faults": [_render(fault) for fault in faults]}
        return json_response(answer)

    @routes.post("/sandboxes/<sandbox:name>/faults")
    @takes(Variants("kind", SCHEMAS))
    @responds("FaultOut", 201)
    def add_fault(name: str, payload: dict[str, Any]) -> Response:
        """Plan a fault."""
        return json_response(_render(_add(context, name, payload)), 201)

    @routes.delete("/sandboxes/<sandbox:name>/faults")
    @takes(NothingIn())
    @responds("FaultsOut")
    def clear_faults(name: str, payload: object) -> Response:
        """Take all faults back, and wake the requests that one delays."""
        context.planning.remove_faults(name)
        answer: FaultsPayload = {"count": 0, "faults": []}
        return json_response(answer)

    @routes.delete("/sandboxes/<sandbox:name>/faults/<fault_id>")
    @takes(NothingIn())
    @responds("FaultsOut")
    def remove_fault(name: str, fault_id: str, payload: object) -> Response:
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


def settings_of(payload: Mapping[str, object]) -> dict[str, object]:
    """Return the settings of the fault kind itself, without those that every fault takes."""
    return {name: value for name, value in payload.items() if name not in (*MATCHING, *STRIKING, "kind")}


def _check_together(payload: Mapping[str, Any]) -> None:
    """Raise Problem 422 for settings that exclude each other."""
    up_to, seconds = payload.get("up_to"), payload.get("seconds")
    if up_to is not None and seconds is not None and up_to < seconds:
        raise Problem(422, "up_to: not less than seconds", errors={"up_to": "not less than seconds"})
    if payload["kind"] == EarlyWebhook.kind and payload.get("path") is not None:
        reason = "early triggers before there is a webhook with a target: match by provider and when"
        raise Problem(422, f"path: {reason}", errors={"path": reason})


def _render(fault: Fault) -> FaultPayload:
    rendered = {
        "id": fault.id,
        "kind": fault.kind,
        "side": FAULT_KINDS[fault.kind].side,
        **shown_match(fault.match),
        "times": fault.times,
        "probability": fault.probability,
        "expires_at": moment(fault.until),
        "seen": fault.seen,
        **json.loads(fault.settings),
    }
    return cast(FaultPayload, rendered)  # the settings of its kind are further keys


def describe_kind(kind: str) -> FaultKindPayload:
    """Return what a fault kind does, which is the docstring of its class, and its settings."""
    kind_class = FAULT_KINDS[kind]
    return {
        "kind": kind,
        "side": kind_class.side,
        "does": " ".join((kind_class.__doc__ or "").split()),
        "settings": [_describe_setting(field) for field in fields_of(kind_class)],
    }


def _describe_setting(field: Field[object]) -> FaultSettingPayload:
    default = None if field.default is MISSING else field.default
    if field.default_factory is not MISSING:
        default = field.default_factory()
    described = {
        "name": field.name,
        "type": TYPES.get(field.type, "object"),
        "means": field.metadata["told"],
        "required": field.default is MISSING and field.default_factory is MISSING,
        "default": default,
    }
    bounds = {key: field.metadata.get(key) for key in ("low", "high", "choices")}
    described |= {key: bound for key, bound in bounds.items() if bound is not None}
    return cast(FaultSettingPayload, described)
