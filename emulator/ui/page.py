"""What every page has: the frame around it, its security headers, and the sandbox it shows."""

import gzip
from collections.abc import Mapping
from typing import Any

from flask import Response, g, render_template, request
from markupsafe import Markup

from emulator.ui.asking import Asker
from emulator.version import VERSION
from emulator.web.credentials import sandbox_of_path

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
MENU = (
    ("ui.feed_show", "Feed"),
    ("ui.inbox_show", "Inbox"),
    ("ui.exchanges_show", "Requests"),
    ("ui.planning_show", "Rules and faults"),
    ("ui.documents_show_first", "API documents"),
    ("ui.demo_show", "Demo"),
)
SECTIONS = {"ui.case": "ui.feed", "ui.analyst": "ui.feed"}  # the pages without an entry of their own in the menu
WORTH_PACKING = 1_000  # bytes


def sandbox() -> str:
    """The sandbox of this page."""
    return sandbox_of_path(request.environ)


def box() -> str:
    """The place of this page's sandbox in the control API."""
    return f"/sandboxes/{sandbox()}"


def page(asker: Asker, template: str, title: str, status: int = 200, **values: Any) -> Response:
    """A whole page: the template inside the frame, with the clock and the sandboxes around it."""
    from emulator.ui import clock, states, words

    module = (request.endpoint or "").partition("_")[0]
    frame = {
        "title": title,
        "sandbox": sandbox(),
        "sandboxes": asker.get("/sandboxes")["sandboxes"],
        "clock": clock.read(asker),
        "menu": MENU,
        "here": SECTIONS.get(module, module),
        "version": VERSION,
        "words": words,
        "states": states,
    }
    return html(render_template(template, **frame, **values), status)


def live(template: str, values: Mapping[str, Any]) -> tuple[Markup, str]:
    """A part of a page that is asked for each second, and the mark by which the page knows it."""
    import hashlib

    from emulator.ui import states, words

    text = render_template(template, words=words, states=states, **values)
    mark = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
    # One element around it all, because what compares the old part with the new one looks at elements alone.
    return Markup('<div><input type="hidden" name="seen" value="{}">{}</div>').format(mark, Markup(text)), mark


def show(asker: Asker, template: str, title: str, part: str, values: Mapping[str, Any], **more: Any) -> Response:
    """The page with its live part in it, or that part alone; nothing (204) where it is what the page shows already."""
    text, mark = live(part, values)
    if not is_polled():
        return page(asker, template, title, live=text, **values, **more)
    g.quiet = True  # the log is for what somebody did
    return html("", 204) if request.args.get("seen") == mark else html(text)


def is_polled() -> bool:
    """Does the page ask for its live part alone?"""
    return request.args.get("part") == "live"


def html(text: str, status: int = 200) -> Response:
    """An answer that is a page, or a part of one."""
    return Response(text.encode("utf-8", "replace"), status, content_type="text/html; charset=utf-8")


def protect(response: Response) -> Response:
    """The same with the headers that keep a page to itself, and packed where that is worth it."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.vary.add("Accept-Encoding")
    told = response.get_data()
    if len(told) > WORTH_PACKING and "Content-Encoding" not in response.headers and takes_gzip():
        response.set_data(gzip.compress(told, 5, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def takes_gzip() -> bool:
    """Can the caller unpack?"""
    return request.accept_encodings["gzip"] > 0
