"""Ask for the control token once, and keep it in a cookie of our own."""

import hmac
from hmac import compare_digest
from urllib.parse import quote, urlsplit

from flask import Response, render_template, request

from emulator.ui.api_client import ApiClient
from emulator.ui.redirects import is_scripted
from emulator.ui.rendering import html
from emulator.version import VERSION

COOKIE = "case-emulator-control"
MONTH = 30 * 86_400  # seconds


def has_told(token: str | None) -> bool:
    """Did this browser tell the token, or is there none to tell?"""
    given = request.cookies.get(_cookie(), "")
    return token is None or compare_digest(given.encode("utf-8", "replace"), _kept(token).encode())


def keep_out(token: str) -> Response | None:
    """Where to go first, for whoever did not tell the token yet; None: come in."""
    if has_told(token):
        return None
    where = f"{request.script_root}/login?next={quote(_path(_asked()), safe='')}"
    answer = html("The control token is needed.", 401 if is_scripted() else 303)
    answer.headers["HX-Redirect" if is_scripted() else "Location"] = where
    return answer


def _asked() -> str:
    """The page that somebody wants to see: of a part of it that our script asks for, the page around that."""
    if not is_scripted():
        return request.script_root + (request.full_path.rstrip("?") if request.method == "GET" else "/")
    try:
        around = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        return "/"
    return around.path + (f"?{around.query}" if around.query else "")


def _cookie() -> str:
    """Its name: browsers hand cookies to every port of a host, where another emulator may have another token."""
    port = request.host.rpartition(":")[2]
    return f"{COOKIE}-{port}" if port.isdecimal() else COOKIE


def _kept(token: str) -> str:
    """What the cookie holds: proof of the token and not the token, for others on this host are sent it as well."""
    return hmac.new(token.encode(), b"the pages of case-emulator", "sha256").hexdigest()


def show(api: ApiClient, wrong: bool = False) -> Response:
    """The form that asks for it."""
    values = {"next": _path(request.values.get("next", "/")), "wrong": wrong, "version": VERSION}
    return html(render_template("login.html", title="Control token", **values), 403 if wrong else 200)


def enter(api: ApiClient) -> Response:
    """Take the token, if it is the right one."""
    given = request.form.get("token", "").strip()
    if api.token is not None and not compare_digest(given.encode("utf-8", "replace"), api.token.encode()):
        return show(api, wrong=True)
    answer = Response("", 303, headers={"Location": _path(request.form.get("next", "/"))})
    if api.token is not None:
        options = {"max_age": MONTH, "httponly": True, "samesite": "Strict", "secure": request.is_secure}
        answer.set_cookie(_cookie(), _kept(api.token), **options)  # type: ignore[arg-type]
    return answer


def _path(where: str) -> str:
    """A path of ours and never another site, whatever the address says."""
    is_ours = where.startswith("/") and not where.startswith(("//", "/\\")) and where.isprintable()
    return where if is_ours else "/"
