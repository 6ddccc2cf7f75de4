"""Bodies and queries of the control API: strict, with a suggestion for what is not known."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from flask import Response, request
from marshmallow import RAISE, Schema, ValidationError, fields, post_load
from marshmallow.validate import OneOf, Range, Regexp

from emulator.core.deliveries import DeliveryState
from emulator.core.model import Outcome
from emulator.core.sandbox_clock import to_text
from emulator.core.sandbox_settings import Pace
from emulator.delivery.targets import why_no_url
from emulator.settings import OPTIONS, suggest
from emulator.web.body import read_json
from emulator.web.errors import Malformed, TooLarge, Undecodable
from emulator.web.problem_json import Problem

LONGEST_WAIT = 60.0


def _as_setting(name: str) -> Callable[[Any], None]:
    """Judged as the setting of that name is."""

    def check(value: Any) -> None:
        try:
            OPTIONS[name].metadata["read"](value)
        except ValueError as error:
            raise ValidationError(str(error)) from error

    return check


def _is_dialable(url: str) -> None:
    """Refused is what no sender could ever dial; whether it may be dialled is found out when it is due."""
    why = why_no_url(url)
    if why:
        raise ValidationError(why)


class Strict(Schema):
    """Nothing but what is known."""

    class Meta:
        unknown = RAISE


class SettingsIn(Strict):
    """PATCH of a sandbox; null returns to what the emulator was started with."""

    webhook_url = fields.String(
        allow_none=True,
        validate=_is_dialable,
        metadata={"description": "where an integration's webhooks go"},
    )
    delay = fields.Float(
        allow_none=True, validate=_as_setting("delay"), metadata={"description": "seconds from creation to end"}
    )
    retry = fields.String(
        allow_none=True, validate=_as_setting("retry"), metadata={"description": "standard, once, or waits like 1,5,30"}
    )
    seed = fields.Integer(
        allow_none=True, strict=True, validate=_as_setting("seed"), metadata={"description": "what chance follows from"}
    )
    default_outcome = fields.String(
        allow_none=True,
        validate=OneOf([outcome.value for outcome in Outcome]),
        metadata={"description": "how a case ends where no rule says otherwise"},
    )
    pace = fields.String(
        allow_none=True,
        validate=OneOf([pace.value for pace in Pace]),
        metadata={"description": "instead of delay: instant, fast (2 s), real (90 s a person, 240 s a business)"},
    )
    integration = fields.String(
        allow_none=True,
        validate=OneOf(["test", "live"]),
        metadata={"description": "the key of a test integration expires after 30 days"},
    )

    @post_load
    def one_of_both(self, said: dict[str, Any], **_: Any) -> dict[str, Any]:
        """A delay takes the place of a pace, and a pace that of a delay."""
        if said.get("pace") is not None and said.get("delay") is not None:
            raise ValidationError("pace and delay exclude each other", "pace")
        if said.get("pace") is not None:
            return {**said, "delay": None}
        return {**said, "pace": None} if said.get("delay") is not None else said


class SandboxIn(SettingsIn):
    """A sandbox to be made: its name, and settings."""

    name = fields.String(
        # The key of the one name that is no sandbox's is an expired one, for tests of that.
        validate=Regexp(r"(?!expired\Z)[a-z0-9_-]{1,64}\Z", error="1 to 64 of a-z 0-9 - _ are needed, and not expired"),
        metadata={"description": "1 to 64 of a-z 0-9 - _, but not expired; one that nobody uses unless told"},
    )


class NothingIn(Strict):
    """A body that says nothing: {}."""


class DeliveryQuery(Strict):
    """Which deliveries."""

    provider = fields.String()
    case_id = fields.Integer(validate=Range(-(2**63), 2**63 - 1))
    external_id = fields.String()
    event = fields.String()
    state = fields.String(validate=OneOf([state.value for state in DeliveryState]))


class WaitQuery(DeliveryQuery):
    """Which deliveries, how long, and for what."""

    timeout = fields.Float(load_default=5.0, validate=Range(0, LONGEST_WAIT))
    expect = fields.String(load_default="one", validate=OneOf(["one", "none"]))


@dataclass(frozen=True)
class Variants:
    """A body whose schema is chosen by one of its fields."""

    by: str
    schemas: Mapping[str, Schema]

    def load(self, given: dict[str, Any]) -> Any:
        """What the chosen schema makes of it; raises Problem 422."""
        chosen = given.get(self.by)
        if not isinstance(chosen, str) or chosen not in self.schemas:
            told = (
                f"{chosen[:100]} is not known{suggest(chosen[:100], self.schemas)}" if isinstance(chosen, str) else ""
            )
            told = told or f"one of {', '.join(self.schemas)} is needed"
            raise Problem(422, f"{self.by}: {told}", errors={self.by: told})
        return load(self.schemas[chosen], given)


@dataclass(frozen=True)
class Document:
    """A body that is any JSON object, as long as it is no longer than that; whoever reads it judges it."""

    largest: int
    envelope: int = 8  # how many levels stand around its freest value
    most_keys: int = 2_000_000

    def load(self, given: dict[str, Any]) -> Any:
        """The object as it is."""
        return given


Body = Schema | Variants | Document


@dataclass(frozen=True)
class Takes:
    """What a route reads; the OpenAPI document is made from it as well."""

    body: Body | None
    query: Schema | None


View = Callable[..., Response]


def takes(body: Body | None = None, query: Schema | None = None, more: str | None = None) -> Callable[[View], View]:
    """Hand the view what was sent: the body as `said`, the query as `asked`; raises Problem 400, 413, 415 or 422.

    Names of the query that start with `more` are handed on as they are.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def read(**path: Any) -> Response:
            if query is not None:
                path["asked"] = read_query(query, more)
            if body is not None:
                path["said"] = read_body(body)
            return view(**path)

        read.takes = Takes(body, query)  # type: ignore[attr-defined]
        return read

    return wrap


def read_query(schema: Schema, more: str | None) -> Any:
    """The query of this request; raises Problem 422."""
    given = request.args.to_dict()
    free = {name: value for name, value in given.items() if more and name.startswith(more)}
    return load(schema, {name: value for name, value in given.items() if name not in free}) | free


def read_body(schema: Body) -> Any:
    """What the schema makes of the JSON object of this request; raises Problem 400, 413, 415 or 422.

    The type is asked for even where nothing is said, because a page of another site cannot send it.
    """
    if request.method == "DELETE" and not request.content_length:
        return _load_any(schema, {})  # no page of another site can send this verb
    if request.mimetype != "application/json":
        raise Problem(415, "send it as application/json, {} where there is nothing to say")
    try:
        bounds = (schema.envelope, schema.largest, schema.most_keys) if isinstance(schema, Document) else (0,)
        value = read_json(request.environ, *bounds)
    except TooLarge as error:
        raise Problem(413, f"the body is larger than {error.limit} bytes") from error
    except (Malformed, Undecodable) as error:
        raise Problem(400, f"the body is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise Problem(422, "a JSON object is needed")
    return _load_any(schema, value)


def _load_any(schema: Body, given: dict[str, Any]) -> Any:
    return load(schema, given) if isinstance(schema, Schema) else schema.load(given)


def load(schema: Schema, given: dict[str, Any]) -> Any:
    """What the schema makes of it; raises Problem 422."""
    try:
        return schema.load(given)
    except ValidationError as error:
        problems = {str(name): _worded(schema, str(name), told) for name, told in error.messages_dict.items()}
        raise Problem(422, "; ".join(f"{name}: {told}" for name, told in problems.items()), errors=problems) from error


def _worded(schema: Schema, name: str, told: Any) -> str:
    if name not in schema.fields:
        return f"not known{suggest(name, schema.fields)}" if schema.fields else "nothing is known here: send {}"
    return " ".join(map(str, told)) if isinstance(told, list) else json.dumps(told)


def answer(value: Any, status: int = 200) -> Response:
    """A JSON answer, laid out for reading."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return Response(text.encode("utf-8", "backslashreplace") + b"\n", status, content_type="application/json")


def moment(value: datetime | None) -> str | None:
    """ISO 8601 with microseconds and Z."""
    return None if value is None else to_text(value)
