"""What the operations of Sphinx have alike in its OpenAPI document."""

from collections.abc import Collection, Mapping

from marshmallow import Schema

from emulator.openapi import builder as openapi
from emulator.openapi.builder import EMPTY, PAGE, Json, content, header, response_object
from emulator.providers.sphinxhq.response_schemas import DetailOut
from emulator.web.body import LARGEST_BODY

KEY: Json = {
    "in": "path",
    "name": "id",
    "required": True,
    "schema": {"type": "integer"},
    "x-fidelity": "documented",
}


def ref(name: str) -> Json:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def detail(name: str, text: str) -> Json:
    """Return the content of a refusal of the whole request."""
    return content(DetailOut, {name: {"detail": text}})


def operation(
    name: str,
    summary: str,
    answers: Mapping[int, tuple[str, type[Schema]]],
    examples: Mapping[str, Json],
    *,
    body: type[Schema] | None = None,
    problems: Json | None = None,
    parameters: Collection[Json] = (),
) -> Json:
    """Return an operation: its answers by status with their texts, and its `examples` as `exchanges` returns them.

    `problems` is the content of its 400, None where it has none.
    """
    bodies = {key: exchange["request"]["body"] for key, exchange in examples.items() if "body" in exchange["request"]}
    shown = {key: exchange["answer"]["body"] for key, exchange in examples.items()}
    responses = {
        str(status): response_object(text, content(schema, shown)) for status, (text, schema) in answers.items()
    }
    if problems:
        responses["400"] = response_object("Fields are wrong, all told at once; or the body is no JSON.", problems)
    described: Json = {"operationId": name, "summary": summary}
    described |= {"parameters": list(parameters)} if parameters else {}
    described |= {"requestBody": {"required": True, "content": content(body, bodies)}} if body else {}
    return {**described, "responses": {**responses, **openapi.refer_to(REFUSALS if body else READING)}}


SESSION: Json = {
    "type": "apiKey",
    "in": "cookie",
    "name": "sessionid",
    "description": "test_<name> opens the sandbox <name>; no CSRF token is asked for",
}
REFUSALS: dict[str, Json] = {
    "301": response_object(
        "The path without its last slash.", EMPTY, {"Location": header("the path with its last slash")}
    ),
    "401": response_object(
        "The session is missing, unknown or expired; 403 where the emulator is switched so.",
        detail("session", "Authentication credentials were not provided."),
        {"WWW-Authenticate": header("as assumed", {"type": "string", "const": "Session"})},
    ),
    "404": response_object(
        "No such object, page or `?format=`; an unknown path gets a page in HTML.",
        content(DetailOut, {"case": {"detail": "Not found."}, "page": {"detail": "Invalid page."}}) | PAGE,
    ),
    "405": response_object(
        "Another verb.", detail("verb", 'Method "PUT" not allowed.'), {"Allow": header("the verbs this path knows")}
    ),
    "406": response_object("`Accept` excludes JSON.", detail("accept", "Could not satisfy the request Accept header.")),
    "413": response_object(
        "A body over 1 MiB; a document may have 15 MiB.", detail("size", f"Request body exceeded {LARGEST_BODY} bytes.")
    ),
    "415": response_object("Any body but JSON.", detail("type", 'Unsupported media type "text/plain" in request.')),
}
READING = [status for status in REFUSALS if status not in ("413", "415")]
