"""Show errors on pages: what happened, why, and what to do."""

import logging

from flask import Response, render_template
from werkzeug.exceptions import HTTPException

from emulator.ui.api_client import ApiClient, ApiRefusal
from emulator.ui.page import page
from emulator.ui.redirects import is_scripted
from emulator.ui.rendering import STOP_POLLING, html
from emulator.ui.sandbox_links import is_polled
from emulator.version import VERSION

log = logging.getLogger("emulator.requests")
ADVICE = {
    404: "Go back to the feed: it shows what this sandbox holds.",
    400: "Change what was sent, and send it again.",
    409: "",  # the reason says what to do
    422: "Change what is named and send it again.",
    503: "Wait a second and try again: other requests are waiting for their answers.",
    507: "Make room on the disk of the emulator, then do it again.",
}
BUG = "a bug of the emulator; its log has the trace, please report it"
NOWHERE = "nothing is kept at this address in this sandbox"
WHAT = {404: "This does not exist", 409: "This cannot be done now", 422: "This was not understood"}


def explain(api: ApiClient, error: Exception, *, is_known: bool) -> Response:
    """Render the error in words for people: as a page, or as what a poll or the page's script expects.

    A browser that did not enter the control token (not `is_known`) gets a page with nothing else on it.
    """
    error = _as_refusal(error)
    what, advice = WHAT.get(error.status, "This did not work"), ADVICE.get(error.status, "Look at the emulator's log.")
    why = f"{error.detail[:1].upper()}{error.detail[1:]}"
    values = {"title": what, "why": why, "advice": advice}
    if not is_known:
        return html(render_template("trouble_alone.html", version=VERSION, **values), error.status)
    if is_polled():  # what is gone stays gone, so polling ends; another error may be over at the next poll
        is_gone = error.status == 404
        return html(render_template("trouble_live.html", **values), STOP_POLLING) if is_gone else html("", 204)
    if not is_scripted():
        return page(api, "trouble.html", what, {"why": why, "advice": advice}, error.status)
    answer = html(
        render_template("told.html", told=f"{what}.", lines=[f"{why}.", *filter(None, [advice])], tone="bad"),
        error.status,
    )
    answer.headers["HX-Retarget"], answer.headers["HX-Reswap"] = "#told", "innerHTML"
    answer.headers["HX-Reselect"] = ".told"  # a form may select a part of the page that is not in this answer
    return answer


def _as_refusal(error: Exception) -> ApiRefusal:
    if isinstance(error, ApiRefusal):
        return error
    if isinstance(error, HTTPException) and error.code and error.code < 500:
        return ApiRefusal(error.code, NOWHERE if error.code == 404 else str(error.description), None)
    log.error("a bug of the emulator, please report it", exc_info=error)
    return ApiRefusal(500, BUG, None)
