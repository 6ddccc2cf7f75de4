"""Read bodies and queries of the control API strictly, suggest names for unknown keys, and answer with JSON."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from typing import Any, overload

from flask import Response, request
from marshmallow import Schema, ValidationError

from emulator.core.sandbox_clock import to_text
from emulator.quick_dataclass import dataclass
from emulator.settings import suggest
from emulator.web.body import LARGEST_BODY, MOST_KEYS, drop_mark, read_json
from emulator.web.errors import Malformed, TooLarge, Undecodable
from emulator.web.problem_json import Problem

MOST_SUGGESTED = 200  # wrong fields; no more are shown in any case, and to look for similar names takes time


@dataclass(frozen=True)
class Variants:
    """A body whose schema is chosen by one of its fields."""

    by: str
    schemas: Mapping[str, Schema]

    def load(self, given: Mapping[str, object]) -> Any:
        """Return what the chosen schema loads from a JSON object; raise Problem 422 if it refuses or there is none."""
        chosen = given.get(self.by)
        if isinstance(chosen, str) and chosen in self.schemas:
            return load(self.schemas[chosen], given)
        reason = f"one of {', '.join(self.schemas)} is needed"
        if isinstance(chosen, str):
            reason = f"{chosen[:100]} is not known{suggest(chosen[:100], self.schemas)}"
        raise Problem(422, f"{self.by}: {reason}", errors={self.by: reason})


@dataclass(frozen=True)
class Document:
    """A body that is any JSON object of at most `largest` bytes; the view that reads it checks what is in it."""

    largest: int
    envelope: int = 8  # levels of JSON around the value that may be nested freely
    most_keys: int = 2_000_000

    def load(self, given: Mapping[str, object]) -> Mapping[str, object]:
        """Return the JSON object unchanged."""
        return given


Body = Schema | Variants | Document


@dataclass(frozen=True)
class Takes:
    """What a route reads, also for the OpenAPI document."""

    body: Body | None
    query: Schema | None


@dataclass(frozen=True)
class Responds:
    """What a route answers, for the OpenAPI document: the name of a response schema, or JSON Schema."""

    schema: str | Mapping[str, object]
    status: int = 200
    media_type: str = "application/json"

    @property
    def description(self) -> str:
        """The description of the answer in the OpenAPI document."""
        return "Done." if self.status == 200 else "Taken."


View = Callable[..., Response]


def responds(
    schema: str | Mapping[str, object], status: int = 200, media_type: str = "application/json"
) -> Callable[[View], View]:
    """Return a decorator that notes what a view answers, for the OpenAPI document.

    The schema is JSON Schema, or the name of a class in the `response_schemas` beside the view: its name, because the
    schemas are imported only for that document.
    """

    def note(view: View) -> View:
        view.responds = Responds(schema, status, media_type)  # type: ignore[attr-defined]
        return view

    return note


def takes(body: Body | None = None, query: Schema | None = None, more: str | None = None) -> Callable[[View], View]:
    """Return a decorator that passes the body to the view as `payload`, and the query as `query`.

    Parameters of the query whose names start with `more` are passed on unchecked. Before the view is called, raise
    Problem 400, 413, 415 or 422 for a body or query that cannot be read.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def read(**path: Any) -> Response:
            if query is not None:
                path["query"] = read_query(query, more)
            if body is not None:
                path["payload"] = read_body(body)
            return view(**path)

        read.takes = Takes(body, query)  # type: ignore[attr-defined]
        return read

    return wrap


def read_query(schema: Schema, more: str | None) -> dict[str, object]:
    """Return the query of this request, with unchecked the parameters that start with `more`; raise Problem 422."""
    repeated = [name[:100] for name, values in request.args.lists() if len(values) > 1]
    if repeated:
        reason = "given more than once: one value is compared"
        raise Problem(422, f"{repeated[0]}: {reason}", errors=dict.fromkeys(repeated, reason))
    given = request.args.to_dict()
    unchecked = {name: value for name, value in given.items() if more and name.startswith(more)}
    query: dict[str, object] = load(schema, {name: value for name, value in given.items() if name not in unchecked})
    return query | unchecked


def read_body(schema: Body) -> Any:
    """Return what the schema loads from the JSON object of this request; raise Problem 400, 413, 415 or 422.

    Content-Type: application/json is needed even with an empty body: a page of another site cannot send it unasked.
    """
    if request.method == "DELETE" and not request.content_length:
        return _load_any(schema, {})  # nor can such a page send this method
    if request.mimetype != "application/json":
        raise Problem(415, "send it as application/json, {} where there is nothing to say")
    try:
        document = schema if isinstance(schema, Document) else Document(LARGEST_BODY, 0, MOST_KEYS)
        drop_mark(request.environ, document.largest)
        value = read_json(request.environ, document.envelope, document.largest, document.most_keys)
    except TooLarge as error:
        raise Problem(413, f"the body is larger than {error.limit} bytes") from error
    except (Malformed, Undecodable) as error:
        raise Problem(400, f"the body is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise Problem(422, "a JSON object is needed")
    return _load_any(schema, value)


def _load_any(schema: Body, given: Mapping[str, object]) -> Any:
    return load(schema, given) if isinstance(schema, Schema) else schema.load(given)


def load(schema: Schema, given: Mapping[str, object]) -> Any:
    """Return what the schema loads from a JSON object; raise Problem 422 with a reason for each wrong field."""
    try:
        return schema.load(given)
    except ValidationError as error:
        found = list(error.messages_dict.items())
        reasons = {str(name): _reason(schema, str(name), messages) for name, messages in found[:MOST_SUGGESTED]}
        reasons |= {str(name): "not known" for name, _ in found[MOST_SUGGESTED:]}
        detail = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
        raise Problem(422, detail, errors=reasons) from error


def _reason(schema: Schema, name: str, messages: object) -> str:
    if name not in schema.fields:
        return f"not known{suggest(name, schema.fields)}" if schema.fields else "nothing is known here: send {}"
    return " ".join(map(str, messages)) if isinstance(messages, list) else json.dumps(messages)


def json_response(value: object, status: int = 200) -> Response:
    """Return a JSON answer, indented for people."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return Response(text.encode("utf-8", "backslashreplace") + b"\n", status, content_type="application/json")


@overload
def moment(value: datetime) -> str: ...
@overload
def moment(value: None) -> None: ...
def moment(value: datetime | None) -> str | None:
    """Return a time as ISO 8601 with microseconds and Z."""
    return None if value is None else to_text(value)
