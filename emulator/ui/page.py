"""Render pages: the frame around all of them, and the live part that is polled each second."""

from collections.abc import Mapping

from flask import Response, render_template, request
from markupsafe import Markup

from emulator.ui import clock, phrases, state_marks, times
from emulator.ui.api_client import ApiClient
from emulator.ui.rendering import html
from emulator.ui.sandbox_links import DEFAULT, is_polled, sandbox
from emulator.version import VERSION

SECTIONS = {"ui.case": "ui.feed", "ui.analyst": "ui.feed"}  # the pages without an entry of their own in the menu
WORDS: Mapping[str, object] = {"phrases": phrases, "state_marks": state_marks, "times": times}


def page(api: ApiClient, template: str, title: str, values: Mapping[str, object], status: int = 200) -> Response:
    """Render a whole page: the template inside the frame with the menu, the clock and the sandboxes."""
    module = (request.endpoint or "").partition("_")[0]
    frame: dict[str, object] = {
        "title": title,
        "sandbox": sandbox(),
        "sandboxes": sorted({*api.get("/sandboxes")["sandboxes"], DEFAULT}),
        **clock.head(api),
        "here": SECTIONS.get(module, module),
        "version": VERSION,
        **WORDS,
    }
    return html(render_template(template, **{**frame, **values}), status)


def live(template: str, values: Mapping[str, object]) -> tuple[Markup, str]:
    """Render the live part of a page; return it with the mark by which the next poll says what the page shows."""
    import hashlib

    text = render_template(template, **WORDS, **values)
    mark = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
    # One element around it all, because idiomorph, which morphs the old part into the new one, compares elements only.
    return Markup('<div><input type="hidden" name="seen" value="{}">{}</div>').format(mark, Markup(text)), mark


def show(
    api: ApiClient, template: str, title: str, part: str, values: Mapping[str, object], **more: object
) -> Response:
    """Render the page, or for a poll only its live part (204 if unchanged).

    The template `part` gets `values`; the template of the page gets `more` as well.
    """
    text, mark = live(part, values)
    if not is_polled():
        return page(api, template, title, {"live": text, **values, **more})
    return html("", 204) if request.args.get("seen") == mark else html(text)
