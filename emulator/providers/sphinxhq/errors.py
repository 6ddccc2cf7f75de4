"""Word facts as Sphinx does, which is as Django REST Framework does."""

from flask import Response, request

from emulator.core.errors import Invalid, NotFound, Unauthorized
from emulator.providers.sphinxhq.credentials import WRONG_TOKEN, has_token
from emulator.providers.sphinxhq.facts import NO_CHECKS, InvalidPage, NoChecks, WrongClient
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
LONGEST_TEXT = 300  # characters of a problem
MOST_PROBLEMS = 20  # of one object or list
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


def render(error: Exception, desk: Desk) -> Response:
    """Return the answer for this error."""
    match error:
        case WrongClient():
            return _wrong_client(desk.switches["token-error"])
        case Unauthorized():
            return _unauthorized(desk, str(error))
        case NoChecks():
            return _detail(400, NO_CHECKS)
        case Invalid():
            return _invalid(error.problems, desk)
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
            return _page(404, "Not Found", "The requested resource was not found on this server.")
        case FaultTriggered():
            return _of_fault(error.status)
        case Crashed():
            return _page(500, "Server Error (500)", "")
        case _:
            return _page(400, "Bad Request (400)", "")


def _wrong_client(shape: str) -> Response:
    if shape == "oauth":
        return drf_response({"error": "invalid_client"}, 401)
    return _detail(401, "Invalid client credentials.")


def _unauthorized(desk: Desk, reason: str) -> Response:
    """Return the refusal of a credential; who comes with a token is always answered 401, and told the `reason`."""
    if not has_token(request.environ):
        return _not_authenticated(int(desk.switches["unauthorized"]))
    return _wrong_token(reason)


def _wrong_token(reason: str = "") -> Response:
    response = _detail(401, reason or WRONG_TOKEN)
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _not_authenticated(status: int) -> Response:
    response = _detail(status, "Authentication credentials were not provided.")
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = "Session"
    return response


def _of_fault(status: int) -> Response:
    """Return the answer with a planned status, in the words of any such answer."""
    if status != 401:
        return _detail(status, f"{phrase_of(status)}.")
    return _wrong_token() if has_token(request.environ) else _not_authenticated(401)


def _invalid(problems: object, desk: Desk) -> Response:
    """Return a 400 with the problems, shortened as far as the answer would be too long."""
    by_index = _by_index(problems)
    if by_index != problems and desk.switches["check-errors"] == "dict":  # a switch counts as used where it matters
        problems = by_index
    response = drf_response(problems, 400)
    if len(response.get_data()) > LONGEST_ANSWER:
        response = drf_response(_shortened(problems, LONGEST_TEXT, MOST_PROBLEMS), 400)
    if len(response.get_data()) > LONGEST_ANSWER:
        response = drf_response(_shortened(problems, LONGEST_TEXT // 3, MOST_PROBLEMS // 4), 400)
    return response


def _by_index(problems: object) -> object:
    """Return problems with a map by index in place of each list with one for each object."""
    if isinstance(problems, dict):
        return {name: inner if name == "document_ids" else _by_index(inner) for name, inner in problems.items()}
    # A list of texts is about the whole field.
    if not isinstance(problems, list) or all(isinstance(problem, str) for problem in problems):
        return problems
    return {str(index): _by_index(problem) for index, problem in enumerate(problems) if problem}


def _shortened(problems: object, longest: int, most: int) -> object:
    """Return problems of the same shape with fewer and shorter texts."""
    if isinstance(problems, dict):
        return {str(k)[:longest]: _shortened(v, longest, most) for k, v in list(problems.items())[:most]}
    if isinstance(problems, list):
        return [_shortened(item, longest, most) for item in problems[:most]]
    text = str(problems)
    return text if len(text) <= longest else f"{text[: longest - 40]}...{text[-30:]}"


def _detail(status: int, text: str) -> Response:
    return drf_response({"detail": text if len(text) <= LONGEST_TEXT * 4 else f"{text[: LONGEST_TEXT * 4]}..."}, status)


def _page(status: int, title: str, text: str) -> Response:
    return Response(PAGE.format(title, text), status, content_type="text/html; charset=utf-8")
