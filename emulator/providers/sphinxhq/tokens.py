"""The route that issues access tokens, as OAuth2 does to whoever shows client credentials."""

import re
from datetime import timedelta
from urllib.parse import parse_qsl

from flask import Response, request

from emulator.core.errors import Unauthorized
from emulator.providers.sphinxhq.caller import nothing_known, read_body
from emulator.providers.sphinxhq.current_orders import read_token_request
from emulator.providers.sphinxhq.facts import WrongClient
from emulator.providers.sphinxhq.query import advise_of_query
from emulator.providers.sphinxhq.responses import drf_response
from emulator.providers.sphinxhq.schemas import PROVIDER
from emulator.web.advice import advise
from emulator.web.body import LARGEST_BODY, MOST_KEYS, raw_body
from emulator.web.desk import Desk
from emulator.web.errors import Malformed
from emulator.web.request_state import current_state

PATH = "/api/oauth/token/"
FORM = "application/x-www-form-urlencoded"
FORM_READ = "a form was read, as OAuth2 libraries send it; the service documents JSON"
BASIC_IGNORED = "client credentials in a Basic header are not read: send client_id and client_secret in the body"
# The secret in a body of JSON, and the token in an answer. Of a form the journal masks it by its name.
SECRET = re.compile(rb'("client_secret"\s*:\s*")((?:[^"\\]|\\.)*)')
TOKEN = re.compile(rb'("access_token"\s*:\s*")([^"]*)')
MASKED = rb"\1***"


def issue_token(desk: Desk) -> Response:
    """Answer POST /api/oauth/token/, for which no credential is needed."""
    advise_of_query(())
    state = current_state()
    state.show_body, state.show_answer = _without_secret, _without_token
    if request.headers.get("Authorization", "").lower().startswith("basic "):
        advise(BASIC_IGNORED)
    asked = read_token_request(_body(), nothing_known())
    try:
        sandbox = desk.admit(request.environ, asked["client_secret"])
    except Unauthorized as error:
        raise WrongClient from error
    seconds = int(desk.switches["token-life"])
    token = desk.access_tokens.issue(sandbox, PROVIDER, timedelta(seconds=seconds))
    answer = {"access_token": token, "token_type": desk.switches["token-type"], "expires_in": seconds}
    return drf_response(answer, 200)


def _body() -> object:
    """Return the body, in JSON or as a form; raise what `read_body` does."""
    media = request.environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    if media != FORM or request.environ.get("CONTENT_LENGTH", "0") in ("", "0"):
        return read_body()
    advise(FORM_READ)
    text = raw_body(request.environ, LARGEST_BODY).decode("utf-8", "replace")
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_KEYS))
    except ValueError as error:
        raise Malformed(str(error)) from error


def _without_secret(body: bytes) -> bytes:
    return SECRET.sub(MASKED, body)


def _without_token(answer: bytes) -> bytes:
    return TOKEN.sub(MASKED, answer)
