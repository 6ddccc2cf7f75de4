"""Answer the buttons of pages: a message of what was done, or a redirect to the page that shows it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from emulator.ui.rendering import html
from emulator.web.public_address import origin_of
from emulator.web.request_state import current_state


def done(
    message: str, lines: Sequence[str] = (), path: str | None = None, curl: str | None = None, tone: str = "good"
) -> Response:
    """Return the message, with lines of details, for the page's script; without the script, redirect to the page.

    With a `path` both go there instead.
    """
    if not is_scripted():
        return _go(path or _page_before())
    answer = html(render_template("told.html", told=message, lines=lines, curl=curl, tone=tone))
    answer.headers["HX-Trigger"] = "refresh"
    if path:
        answer.headers["HX-Redirect"] = path
    return answer


def is_scripted() -> bool:
    """Return whether the page's script sent this request, and will put the answer into the page."""
    return request.headers.get("HX-Request") == "true"


def _go(path: str) -> Response:
    found: Redirect = redirect(path, 303)
    return Response(found.get_data(), 303, headers={"Location": path}, content_type="text/html; charset=utf-8")


def _page_before() -> str:
    """Return the path of the page that the button was on; the first page if that is unknown or on another host."""
    home = f"{request.script_root}/"
    try:
        before = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return home
    is_own = origin_of(f"{before.scheme}://{before.netloc}") == current_state().public_origin
    path = f"/{before.path.lstrip('/')}"
    if not (before.netloc == request.host or is_own) or not path.startswith(f"{current_state().mount}/"):
        return home
    return path + (f"?{before.query}" if before.query else "")
