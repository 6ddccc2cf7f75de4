"""What a caller comes with: a token speaks the current generation, the cookie the first."""

from collections.abc import Mapping
from functools import lru_cache
from wsgiref.types import WSGIEnvironment

from werkzeug.sansio.http import parse_cookie

from emulator.providers.sphinxhq.facts import WrongToken
from emulator.providers.sphinxhq.generation import CURRENT, FIRST, Generation
from emulator.web.advice import advise
from emulator.web.desk import Desk

SCHEME = "bearer"  # compared without case
WRONG_TOKEN = "Invalid token."
NO_TOKEN = "Invalid token header. No credentials provided."
BLANKS = "Invalid token header. Token string should not contain spaces."
NO_TEXT = "Invalid token header. Token string should not contain invalid characters."


def has_token(environ: Mapping[str, object]) -> bool:
    """Return whether a request comes with a token, good or bad."""
    header = environ.get("HTTP_AUTHORIZATION")
    return isinstance(header, str) and header[:7].lower().split()[:1] == [SCHEME]


def token_of(environ: WSGIEnvironment) -> str:
    """Return the token of a request that has one; raise WrongToken."""
    parts = str(environ["HTTP_AUTHORIZATION"]).split()
    if len(parts) != 2:
        raise WrongToken(NO_TOKEN if len(parts) == 1 else BLANKS)
    try:
        return parts[1].encode("latin-1").decode()
    except UnicodeDecodeError:
        raise WrongToken(NO_TEXT) from None


def session_id(environ: WSGIEnvironment) -> str | None:
    """Return the session that the request shows, if any; of two cookies the last."""
    cookies = _sessions(environ.get("HTTP_COOKIE"))
    if len(cookies) > 1 and len(set(cookies)) > 1:
        advise("the session was sent in two cookies: the last one counts", environ)
    return cookies[-1] if cookies else None


@lru_cache(maxsize=256)
def _sessions(cookies: str | None) -> list[str]:
    return parse_cookie(cookies).getlist("sessionid")


def credential(environ: WSGIEnvironment) -> str | None:
    """Return what the request shows to open its sandbox, if anything."""
    if not has_token(environ):
        return session_id(environ)
    try:
        return token_of(environ)
    except WrongToken:
        return None


def generation_spoken(environ: WSGIEnvironment) -> Generation:
    """Return the generation that the caller of a request speaks."""
    return CURRENT if has_token(environ) else FIRST


def admit(desk: Desk, environ: WSGIEnvironment) -> str:
    """Return the sandbox that the caller's credential opens; raise what `Desk.admit` does, and WrongToken."""
    if has_token(environ):
        return desk.admit_by_token(environ, token_of(environ))
    return desk.admit(environ, session_id(environ))
