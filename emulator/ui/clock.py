"""The sandbox's clock at the top of each page, and the buttons that move it."""

from datetime import timedelta
from typing import Any

from flask import Response, render_template, request

from emulator.ui import phrases
from emulator.ui.api_client import ApiClient, ApiRefusal
from emulator.ui.redirects import done
from emulator.ui.rendering import html
from emulator.ui.sandbox_links import sandbox_path
from emulator.web.request_state import current_state

STEPS = {"10": "+10 s", "60": "+1 min", "3600": "+1 h"}  # seconds, as the buttons say them
MODES: dict[str, tuple[dict[str, object], str]] = {
    "frozen": ({"mode": "frozen"}, "The clock stands still."),
    "run": ({"mode": "scaled", "factor": 1}, "The clock runs on from where it stood."),
    "real": ({"mode": "real"}, "The clock shows wall time."),
}
MOST_LINES = 6


def read(api: ApiClient) -> dict[str, Any]:
    """Return what the clock reads, how it runs, and the steps by which it can be moved."""
    clock = api.get(f"{sandbox_path()}/clock")
    return {**clock, "steps": STEPS, "shown": phrases.second_of(clock["now"])}


def show(api: ApiClient) -> Response:
    """Render what the clock reads, for a poll each second (204 if unchanged)."""
    current_state().quiet = True
    clock = read(api)
    mark = f"{clock['mode']} {clock['shown']} {clock['next_at'] is None}"
    return html("", 204) if request.args.get("ticked") == mark else html(render_template("clock.html", clock=clock))


def change(api: ApiClient) -> Response:
    """Freeze the clock, let it run, or move it on, and show what happened."""
    order = request.form.get("order", "")
    if order in MODES:
        mode, message = MODES[order]
        api.ask("PATCH", f"{sandbox_path()}/clock", mode)
        return done(message)
    happened = api.ask("POST", f"{sandbox_path()}/clock/advance", {"seconds": _seconds(api, order)})["happened"]
    lines = [phrases.happening(event) for event in happened]
    more = [f"and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []
    message = "The clock moved on." if lines else "The clock moved on; nothing fell due."
    return done(message, [*lines[:MOST_LINES], *more])


def _seconds(api: ApiClient, order: str) -> float:
    if order in STEPS:
        return float(order)
    if order != "next":
        raise ApiRefusal(422, "choose one of the clock's buttons", None)
    clock = api.get(f"{sandbox_path()}/clock")
    if clock["next_at"] is None:
        raise ApiRefusal(409, "nothing is due: open a case first, and the clock has something to move to", None)
    left = phrases.moment_of(clock["next_at"]) - phrases.moment_of(clock["now"])
    return max(0.0, (left + timedelta(microseconds=1)).total_seconds())
