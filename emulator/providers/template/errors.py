"""Word facts as this API does: {"error": ...}."""

import json

from flask import Response

from emulator.core.errors import Invalid, NotFound, Unauthorized
from emulator.web.desk import Desk
from emulator.web.errors import FaultTriggered, Malformed, TooLarge, Undecodable, UnknownPath, WrongMethod
from emulator.web.problem_json import phrase_of


def render(error: Exception, desk: Desk) -> Response:
    """Return the answer for this error."""
    match error:
        case Invalid():
            return _refuse(422, error.problems)
        case Unauthorized():
            return _refuse(401, "unknown key")
        case NotFound() | UnknownPath():
            return _refuse(404, "not found")
        case WrongMethod():
            return _refuse(405, "wrong method")
        case TooLarge():
            return _refuse(413, f"more than {error.limit} bytes")
        case Malformed() | Undecodable():
            return _refuse(400, f"no JSON: {error}")
        case FaultTriggered():
            return _refuse(error.status, phrase_of(error.status).lower())
    return _refuse(500, "internal error")


def _refuse(status: int, reason: object) -> Response:
    return Response(json.dumps({"error": reason}), status, content_type="application/json")
