"""A whole page: the frame that all have around them, and the part that is asked for each second."""

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template, request
from markupsafe import Markup

from emulator.ui import clock, phrases, state_marks
from emulator.ui.api_client import ApiClient
from emulator.ui.rendering import html
from emulator.ui.sandbox_links import DEFAULT, is_polled, sandbox
from emulator.version import VERSION

SECTIONS = {"ui.case": "ui.feed", "ui.analyst": "ui.feed"}  # the pages without an entry of their own in the menu


def page(api: ApiClient, template: str, title: str, status: int = 200, **values: Any) -> Response:
    """A whole page: the template inside the frame, with the clock and the sandboxes around it."""
    module = (request.endpoint or "").partition("_")[0]
    frame = {
        "title": title,
        "sandbox": sandbox(),
        "sandboxes": sorted({*api.get("/sandboxes")["sandboxes"], DEFAULT}),
        "clock": clock.read(api),
        "here": SECTIONS.get(module, module),
        "version": VERSION,
        "phrases": phrases,
        "state_marks": state_marks,
    }
    return html(render_template(template, **frame, **values), status)


def live(template: str, values: Mapping[str, Any]) -> tuple[Markup, str]:
    """A part of a page that is asked for each second, and the mark by which the page knows it."""
    import hashlib

    text = render_template(template, phrases=phrases, state_marks=state_marks, **values)
    mark = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
    # One element around it all, because what compares the old part with the new one looks at elements alone.
    return Markup('<div><input type="hidden" name="seen" value="{}">{}</div>').format(mark, Markup(text)), mark


def show(api: ApiClient, template: str, title: str, part: str, values: Mapping[str, Any], **more: Any) -> Response:
    """The page with its live part in it, or that part alone; nothing (204) where it is what the page shows already."""
    text, mark = live(part, values)
    if not is_polled():
        return page(api, template, title, live=text, **values, **more)
    return html("", 204) if request.args.get("seen") == mark else html(text)
