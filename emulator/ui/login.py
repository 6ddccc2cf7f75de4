"""Ask for the control token once, and keep it in a cookie of our own."""

from base64 import urlsafe_b64encode
from hmac import compare_digest

from flask import Response, render_template, request

from emulator.ui.actions import is_scripted
from emulator.ui.answering import html
from emulator.ui.asking import Asker
from emulator.version import VERSION

COOKIE = "case-emulator-control"
MONTH = 30 * 86_400  # seconds


def keep_out(token: str) -> Response | None:
    """Where to go first, for whoever did not tell the token yet; None: come in."""
    given = request.cookies.get(COOKIE, "")
    if compare_digest(given.encode("utf-8", "replace"), _kept(token).encode()):
        return None
    asked = request.script_root + (request.full_path.rstrip("?") if request.method == "GET" else "/")
    where = f"{request.script_root}/login?next={_escaped(asked)}"
    answer = html("The control token is needed.", 401 if is_scripted() else 303)
    answer.headers["HX-Redirect" if is_scripted() else "Location"] = where
    return answer


def _escaped(path: str) -> str:
    from urllib.parse import quote

    return quote(path, safe="")


def _kept(token: str) -> str:
    """A token as a cookie can hold it, whatever is in it."""
    return urlsafe_b64encode(token.encode()).decode()


def show(asker: Asker, wrong: bool = False) -> Response:
    """The form that asks for it."""
    values = {"next": _path(request.values.get("next", "/")), "wrong": wrong, "version": VERSION}
    return html(render_template("login.html", needed=asker.token is not None, **values), 403 if wrong else 200)


def enter(asker: Asker) -> Response:
    """Take the token, if it is the right one."""
    given = request.form.get("token", "").strip()
    if asker.token is not None and not compare_digest(given.encode("utf-8", "replace"), asker.token.encode()):
        return show(asker, wrong=True)
    answer = Response("", 303, headers={"Location": _path(request.form.get("next", "/"))})
    if asker.token is not None:
        options = {"max_age": MONTH, "httponly": True, "samesite": "Strict", "secure": request.is_secure}
        answer.set_cookie(COOKIE, _kept(asker.token), **options)  # type: ignore[arg-type]
    return answer


def _path(where: str) -> str:
    """A path of ours and never another site, whatever the address says."""
    is_ours = where.startswith("/") and not where.startswith(("//", "/\\")) and where.isprintable()
    return where if is_ours else "/"
