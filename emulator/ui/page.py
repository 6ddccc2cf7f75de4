"""What every page has: the frame around it, its security headers, and the sandbox it shows."""

from collections.abc import Mapping
from typing import Any

from flask import Response, g, render_template, request

from emulator.core.model import DEFAULT_SANDBOX
from emulator.ui.asking import Asker
from emulator.web.credentials import PATH_KEY

# Nothing but what our own pages load: no inline script or style, no other host, no frame around us.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def sandbox() -> str:
    """The sandbox of this page: the one that its path names with /s/<name>, else the default one."""
    return str(request.environ.get(PATH_KEY) or DEFAULT_SANDBOX)


def page(asker: Asker, template: str, title: str, **values: Any) -> Response:
    """A whole page: the template inside the frame, with the clock and the sandboxes around it."""
    name = sandbox()
    frame = {
        "title": title,
        "sandbox": name,
        "sandboxes": asker.get("/sandboxes")["sandboxes"],
        "clock": asker.get(f"/sandboxes/{name}/clock"),
    }
    return html(render_template(template, **frame, **values))


def fragment(template: str, seen: str | None, values: Mapping[str, Any]) -> Response:
    """A part that is asked for each second; nothing (204), where it is what the page shows already."""
    import hashlib

    text = render_template(template, **values)
    mark = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
    if seen == mark:
        return html("", 204)
    return html(text.replace("__MARK__", mark))


def html(text: str, status: int = 200) -> Response:
    """An answer that is a page, or a part of one."""
    return Response(text, status, content_type="text/html; charset=utf-8")


def protect(response: Response) -> Response:
    """The same with the headers that keep a page to itself."""
    for name, value in HEADERS.items():
        if not (name == "Content-Security-Policy" and "looser" in g):
            response.headers.setdefault(name, value)
    return response
