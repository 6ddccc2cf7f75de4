"""Bodies and queries of the control API: strict, with a suggestion for what is not known."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from flask import Response, request
from marshmallow import Schema, ValidationError

from emulator.core.sandbox_clock import to_text
from emulator.settings import suggest
from emulator.web.body import read_json
from emulator.web.errors import Malformed, TooLarge, Undecodable
from emulator.web.problem_json import Problem


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


@dataclass(frozen=True)
class Responds:
    """What a route answers; the OpenAPI document is made from it."""

    schema: str | Mapping[str, Any]
    status: int = 200
    media_type: str = "application/json"

    @property
    def told(self) -> str:
        """When it is answered."""
        return "Done." if self.status == 200 else "Taken."


View = Callable[..., Response]


def responds(schema: str | Mapping[str, Any], status: int = 200, **more: Any) -> Callable[[View], View]:
    """Note what a view answers: the name of a class in the `response_schemas` beside it, or JSON Schema.

    A name and not the class, because the schemas are imported only when somebody asks for the document.
    """

    def note(view: View) -> View:
        view.responds = Responds(schema, status, **more)  # type: ignore[attr-defined]
        return view

    return note


def takes(body: Body | None = None, query: Schema | None = None, more: str | None = None) -> Callable[[View], View]:
    """Hand the view what was sent: the body as `payload`, the query as `query`; raises Problem 400, 413, 415 or 422.

    Names of the query that start with `more` are handed on as they are.
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


def json_response(value: Any, status: int = 200) -> Response:
    """A JSON answer, laid out for reading."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return Response(text.encode("utf-8", "backslashreplace") + b"\n", status, content_type="application/json")


def moment(value: datetime | None) -> str | None:
    """ISO 8601 with microseconds and Z."""
    return None if value is None else to_text(value)
