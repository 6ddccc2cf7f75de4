"""Word facts as APLYiD does."""

import re
from http import HTTPStatus

from flask import Request, Response, request

from emulator.core.errors import Fact, Invalid, Unauthorized
from emulator.providers.aplyid.responses import rails_response, to_json
from emulator.providers.aplyid.ruby import to_sentence
from emulator.web.desk import Desk
from emulator.web.errors import Crashed, FaultTriggered, Malformed, TooLarge, Undecodable, UnknownPath, WrongMethod
from emulator.web.problem_json import phrase_of

LONGEST_MESSAGE = 4_000
JSON_TYPES = {"application/json", "text/x-json", "application/jsonrequest"}
BROWSER_LIKE = re.compile(r",\s*\*/\*|\*/\*\s*,")
# Verbs that Rails knows; any other is answered 405 instead of 404.
KNOWN_VERBS = frozenset(
    [
        "OPTIONS",
        "GET",
        "HEAD",
        "POST",
        "PUT",
        "DELETE",
        "TRACE",
        "CONNECT",
        "PROPFIND",
        "PROPPATCH",
        "MKCOL",
        "COPY",
        "MOVE",
        "LOCK",
        "UNLOCK",
        "VERSION-CONTROL",
        "REPORT",
        "CHECKOUT",
        "CHECKIN",
        "UNCHECKOUT",
        "MKWORKSPACE",
        "UPDATE",
        "LABEL",
        "MERGE",
        "BASELINE-CONTROL",
        "MKACTIVITY",
        "ORDERPATCH",
        "ACL",
        "SEARCH",
        "MKCALENDAR",
        "PATCH",
    ]
)


class ParameterMissing(Fact):
    """`activity` or `client` is missing; the text is the end of the message."""

    needed = "a JSON body (Content-Type: application/json) with two objects that are not empty, activity and client"


class BadQuery(Fact):
    """The query cannot be decoded; Rails finds this out before it reads the credential."""

    needed = "a query whose escapes can be decoded as UTF-8"


class NoMediaType(Fact):
    """The Content-Type or the Accept header is not a media type."""

    needed = "Content-Type and Accept headers that are media types, like application/json"


def render(error: Exception, desk: Desk) -> Response:
    """Return the answer for this error."""
    match error:
        case Unauthorized():
            return rails_response({"message": "Unauthorized"}, 401)
        case ParameterMissing():
            return _refuse(400, f"param is missing or the value is empty: {error}")
        case Invalid():
            return _refuse(422, _joined(error.problems, desk))
        case Malformed():
            return _refuse(400, f"the request body is no JSON: {error}")
        case TooLarge():
            return _refuse(413, f"the request body is larger than {error.limit} bytes")
        case Undecodable() | BadQuery():
            return _public(400)
        case NoMediaType():
            return Response("", 406, content_type="text/html; charset=UTF-8")
        case UnknownPath() | WrongMethod():
            return _public(404 if request.method in KNOWN_VERBS else 405)
        case FaultTriggered():
            return _refuse_as(error.status)
        case Crashed():
            return _public(500)
        case _:
            return _public(400)


def _refuse_as(status: int) -> Response:
    """Return the service's answer with that status: Rails' public page from 500 on, the application's shape below."""
    if status >= 500:
        return _public(status)
    if status == HTTPStatus.UNAUTHORIZED:
        return rails_response({"message": "Unauthorized"}, status)
    return _refuse(status, phrase_of(status))


def _refuse(status: int, message: str) -> Response:
    return rails_response({"message": message[:LONGEST_MESSAGE], "code": f"APLY-{status}"}, status)


def _joined(problems: object, desk: Desk) -> str:
    messages = list(problems) if isinstance(problems, list) else [str(problems)]
    if len(messages) == 1:
        return messages[0]
    join = desk.switches["join"]
    if join == "first":
        return messages[0]
    return ", ".join(messages) if join == "comma" else to_sentence(messages)


def _public(status: int) -> Response:
    """Return what Rails answers outside the application: JSON for a request that asks for it, else an empty body."""
    if not _wants_json(request):
        return Response("", status, content_type="text/html; charset=UTF-8")
    body = {"status": status, "error": phrase_of(status)}
    return Response(to_json(body), status, content_type="application/json; charset=UTF-8")


def _wants_json(request: Request) -> bool:
    """Return whether Rails would choose JSON as the first format."""
    if request.path.rstrip("/").endswith(".json"):
        return True
    accept = request.headers.get("Accept", "")
    if BROWSER_LIKE.search(accept):
        return False
    best = request.accept_mimetypes.best
    return best is not None and best.partition(";")[0].strip() in JSON_TYPES
