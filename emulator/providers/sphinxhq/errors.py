"""Facts in the words of Sphinx, which are Django REST Framework's."""

from typing import Any

from flask import Response, request

from emulator.core.errors import Fact, Invalid, NotFound, Unauthorized
from emulator.providers.sphinxhq.responses import drf_response
from emulator.web.desk import Desk
from emulator.web.errors import (
    Crashed,
    FaultTriggered,
    Malformed,
    NotAcceptable,
    TooLarge,
    Undecodable,
    UnknownPath,
    WrongMediaType,
    WrongMethod,
)
from emulator.web.problem_json import phrase_of

LONGEST_ANSWER = 8_000  # bytes of an error body
LONGEST_TEXT = 300
MOST_TOLD = 20
# Django's own page, byte for byte.
PAGE = """
<!doctype html>
<html lang="en">
<head>
  <title>{0}</title>
</head>
<body>
  <h1>{0}</h1><p>{1}</p>
</body>
</html>
"""


class InvalidPage(Fact):
    """There is no such page of the list."""

    needed = "a page that exists: from 1 to the last one, or the word last"


def render(error: Exception, desk: Desk) -> Response:
    """The answer that tells of this error."""
    match error:
        case Unauthorized():
            return _unauthorized(desk.switches["unauthorized"])
        case Invalid():
            return _invalid(error.problems, desk.switches["check-errors"])
        case Malformed() | Undecodable():
            return _detail(400, f"JSON parse error - {error}")
        case TooLarge():
            return _detail(413, f"Request body exceeded {error.limit} bytes.")
        case WrongMediaType():
            return _detail(415, f'Unsupported media type "{error.found}" in request.')
        case NotAcceptable():
            return _detail(406, "Could not satisfy the request Accept header.")
        case WrongMethod():
            return _detail(405, f'Method "{request.method}" not allowed.')
        case NotFound():
            return _detail(404, "Not found.")
        case InvalidPage():
            return _detail(404, "Invalid page.")
        case UnknownPath():
            told = "The requested resource was not found on this server."
            return _page(404, "Not Found", told)
        case FaultTriggered():
            return _unauthorized("401") if error.status == 401 else _detail(error.status, f"{phrase_of(error.status)}.")
        case Crashed():
            return _page(500, "Server Error (500)", "")
        case _:
            return _page(400, "Bad Request (400)", "")


def _unauthorized(status: str) -> Response:
    response = _detail(int(status), "Authentication credentials were not provided.")
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = "Session"
    return response


def _invalid(problems: Any, check_errors: str) -> Response:
    if check_errors == "dict" and isinstance(problems, dict) and isinstance(problems.get("checks"), list):
        # A list with one text stands for the whole field; a list of objects has one for each check.
        told = {str(i): p for i, p in enumerate(problems["checks"]) if p}
        if not all(isinstance(p, str) for p in told.values()):
            problems = {**problems, "checks": told}
    response = drf_response(problems, 400)
    if len(response.get_data()) > LONGEST_ANSWER:
        response = drf_response(_shortened(problems, LONGEST_TEXT, MOST_TOLD), 400)
    if len(response.get_data()) > LONGEST_ANSWER:
        response = drf_response(_shortened(problems, LONGEST_TEXT // 3, MOST_TOLD // 4), 400)
    return response


def _shortened(told: Any, longest: int, most: int) -> Any:
    """The same shape with fewer and shorter texts."""
    if isinstance(told, dict):
        return {str(k)[:longest]: _shortened(v, longest, most) for k, v in list(told.items())[:most]}
    if isinstance(told, list):
        return [_shortened(item, longest, most) for item in told[:most]]
    return told if len(told) <= longest else f"{told[: longest - 40]}...{told[-30:]}"


def _detail(status: int, text: str) -> Response:
    return drf_response({"detail": text if len(text) <= LONGEST_TEXT * 4 else f"{text[: LONGEST_TEXT * 4]}..."}, status)


def _page(status: int, title: str, told: str) -> Response:
    return Response(PAGE.format(title, told), status, content_type="text/html; charset=utf-8")
