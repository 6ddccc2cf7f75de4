"""What follows a button: a word of what was done, beside the page that shows it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as Redirect

from emulator.ui.rendering import html


def done(told: str, lines: Sequence[str] = (), path: str | None = None, curl: str | None = None) -> Response:
    """Say that it was done; a browser without our script goes back to the page, which shows it."""
    if not is_scripted():
        return _go(path or _page_before())
    answer = html(render_template("told.html", told=told, lines=lines, curl=curl, tone="good"))
    answer.headers["HX-Trigger"] = "refresh"
    if path:
        answer.headers["HX-Redirect"] = path
    return answer


def is_scripted() -> bool:
    """Does our script ask, which puts the answer into the page it is on?"""
    return request.headers.get("HX-Request") == "true"


def _go(path: str) -> Response:
    found: Redirect = redirect(path, 303)
    return Response(found.get_data(), 303, headers={"Location": path}, content_type="text/html; charset=utf-8")


def _page_before() -> str:
    """The page the button was on, as a path: never another site."""
    home = f"{request.script_root}/"
    try:
        before = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return home
    if before.netloc != request.host or not before.path.startswith("/"):
        return home
    return f"/{before.path.lstrip('/')}" + (f"?{before.query}" if before.query else "")
