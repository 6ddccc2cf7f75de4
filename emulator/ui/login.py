"""Ask for the control token once, and keep proof of it in a cookie."""

from urllib.parse import quote, urlsplit

from flask import Response, render_template, request

from emulator.ui.api_client import ApiClient
from emulator.ui.redirects import is_scripted
from emulator.ui.rendering import html
from emulator.version import VERSION
from emulator.web.control_token import ControlToken
from emulator.web.request_state import current_state

COOKIE = "case-emulator-control"
MONTH = 30 * 86_400  # seconds


def has_told(token: ControlToken | None) -> bool:
    """Return whether this browser entered the control token, or none is needed."""
    return token is None or token.is_proof(request.cookies.get(_cookie(), ""))


def keep_out(token: ControlToken) -> Response | None:
    """Return a redirect to the login for a browser that did not enter the control token; None: it did."""
    if has_told(token):
        return None
    path = f"{request.script_root}/login?next={quote(_path(_requested()), safe='')}"
    answer = html("The control token is needed.", 401 if is_scripted() else 303)
    answer.headers["HX-Redirect" if is_scripted() else "Location"] = path
    return answer


def _requested() -> str:
    """Return the path of the requested page; if the page's script requests a part of it, that of the whole page."""
    if not is_scripted():
        return request.script_root + (request.full_path.rstrip("?") if request.method == "GET" else "/")
    try:
        around = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        return ""
    return around.path + (f"?{around.query}" if around.query else "")


def _cookie() -> str:
    """Return the name of the cookie, with the port: browsers send it to all ports, and each may have another token."""
    port = request.host.rpartition(":")[2]
    return f"{COOKIE}-{port}" if port.isdecimal() else COOKIE


def show(api: ApiClient, wrong: bool = False) -> Response:
    """Show the form that asks for the control token; after a wrong one with status 403."""
    values = {"next": _path(request.values.get("next", "")), "wrong": wrong, "version": VERSION}
    return html(render_template("login.html", title="Control token", **values), 403 if wrong else 200)


def enter(api: ApiClient) -> Response:
    """Set the cookie and go to the requested page if the token is right; otherwise show the form again."""
    given = request.form.get("token", "").strip()
    if api.token is not None and not api.token.is_right(given):
        return show(api, wrong=True)
    answer = Response("", 303, headers={"Location": _path(request.form.get("next", ""))})
    if api.token is not None:
        options = {"max_age": MONTH, "httponly": True, "samesite": "Strict", "secure": request.is_secure}
        answer.set_cookie(_cookie(), api.token.proof, **options)  # type: ignore[arg-type]
    return answer


def _path(path: str) -> str:
    """Return the path if it stays on this host and below the emulator's own path, else that of the first page."""
    home = f"{current_state().mount}/"
    is_local = path.startswith(home) and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if is_local else home
