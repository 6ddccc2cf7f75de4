"""What the operations of Sphinx have alike in its OpenAPI document."""

from collections.abc import Collection, Mapping

from marshmallow import Schema

from emulator.openapi import builder as openapi
from emulator.openapi.builder import EMPTY, PAGE, Json, content, header, response_object
from emulator.providers.sphinxhq.generation import CURRENT, FIRST, GENERATIONS
from emulator.providers.sphinxhq.response_schemas import DetailOut
from emulator.quick_dataclass import dataclass
from emulator.web.body import LARGEST_BODY

Shape = type[Schema] | Json
KEY: Json = {
    "in": "path",
    "name": "id",
    "required": True,
    "schema": {"type": "integer"},
    "x-fidelity": "documented",
}
BORN_WITH: Json = {"example": 123}  # the customer and the document of every new sandbox


@dataclass(frozen=True)
class Shapes:
    """The generations that a document describes."""

    generations: Collection[str] = GENERATIONS

    @property
    def has_first(self) -> bool:
        """Whether the first generation is described."""
        return FIRST.name in self.generations

    @property
    def has_current(self) -> bool:
        """Whether the current generation is described."""
        return CURRENT.name in self.generations

    def either(self, first: Shape, current: Shape) -> Shape:
        """Return the shape of what each generation has its own of; of both, where both are described."""
        by_generation = {FIRST.name: first, CURRENT.name: current}
        shapes = [by_generation[name] for name in GENERATIONS if name in self.generations]
        return shapes[0] if len(shapes) == 1 else {"anyOf": shapes}

    def examples(self, exchanges: Mapping[str, Json]) -> dict[str, Json]:
        """Return the exchanges, by name, that are spoken in one of these generations."""
        return {name: exchange for name, exchange in exchanges.items() if _spoken_in(exchange) in self.generations}

    @property
    def security(self) -> list[Json]:
        """What a request needs: one of the credentials."""
        schemes: dict[str, Json] = {FIRST.name: {"session": []}, CURRENT.name: {"token": []}}
        return [schemes[name] for name in GENERATIONS if name in self.generations]


def _spoken_in(exchange: Json) -> str:
    return CURRENT.name if "Authorization" in exchange["request"]["headers"] else FIRST.name


def ref(name: str) -> Json:
    """Return a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def detail(name: str, text: str) -> Json:
    """Return the content of a refusal of the whole request."""
    return content(DetailOut, {name: {"detail": text}})


def operation(
    name: str,
    summary: str,
    answers: Mapping[int, tuple[str, Shape]],
    examples: Mapping[str, Json],
    *,
    body: Shape | None = None,
    problems: Json | None = None,
    parameters: Collection[Json] = (),
) -> Json:
    """Return an operation: its answers by status with their texts, and its `examples` as `exchanges` returns them.

    `problems` is the content of its 400, None where it has none.
    """
    bodies = {key: exchange["request"]["body"] for key, exchange in examples.items() if "body" in exchange["request"]}
    responses = {
        str(status): response_object(text, content(schema, _shown(examples, status)))
        for status, (text, schema) in answers.items()
    }
    if problems:
        responses["400"] = response_object("Fields are wrong, all told at once; or the body is no JSON.", problems)
    described: Json = {"operationId": name, "summary": summary}
    described |= {"parameters": list(parameters)} if parameters else {}
    described |= {"requestBody": {"required": True, "content": content(body, bodies)}} if body else {}
    return {**described, "responses": {**responses, **openapi.refer_to(REFUSALS if body else READING)}}


def _shown(examples: Mapping[str, Json], status: int) -> Json:
    """Return the bodies of the answers with that status."""
    return {name: each["answer"]["body"] for name, each in examples.items() if each["answer"]["status"] == status}


SESSION: Json = {
    "type": "apiKey",
    "in": "cookie",
    "name": "sessionid",
    "description": "speaks the first generation; `test_<name>` opens the sandbox `<name>`; no CSRF token is asked for",
}
TOKEN: Json = {
    "type": "http",
    "scheme": "bearer",
    "description": "speaks the current generation; `test_<name>`, or a token of `POST /api/oauth/token/`",
}
REFUSALS: dict[str, Json] = {
    "301": response_object(
        "The path without its last slash.", EMPTY, {"Location": header("the path with its last slash")}
    ),
    "401": response_object(
        "The credential is missing, unknown or expired; without a token 403, where the emulator is switched so.",
        content(
            DetailOut,
            {
                "session": {"detail": "Authentication credentials were not provided."},
                "token": {"detail": "Invalid token."},
            },
        ),
        {"WWW-Authenticate": header("as assumed", {"type": "string", "enum": ["Session", "Bearer"]})},
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
