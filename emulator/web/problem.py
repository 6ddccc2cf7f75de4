"""The emulator's own error shape: problem+json (RFC 9457), for the guard, the control API and paths of nobody."""

import json
from http import HTTPStatus

from flask import Response


def problem(status: int, detail: str) -> Response:
    """An answer that says what is wrong and what to do."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return Response(json.dumps(body), status, content_type="application/problem+json")
