"""The head of each page: the sandbox's clock with the buttons that move it, where webhooks go, and planned faults."""

from datetime import timedelta
from typing import Any

from flask import Response, render_template, request

from emulator.ui import phrases, times
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
OFFSET = 2.0  # seconds; a clock nearer to wall time shows wall time
IS_AHEAD = "The clock is ahead of wall time and never goes back; a reset of the sandbox returns it."
IS_REAL = "The clock shows wall time already."


def head(api: ApiClient) -> dict[str, Any]:
    """Return what the head of a page shows: the clock, the target of webhooks, and how many faults are planned."""
    about, clock = api.get(sandbox_path()), _read(api)
    url, faults = about["settings"]["webhook_url"], about["faults"]
    shown = f"{clock['mode']} {clock['shown']} {clock['next_at'] is None} {clock['why_not_now']} {faults} {url}"
    return {"clock": clock, "webhook_url": url, "faults_in_force": faults, "ticked": shown}


def _read(api: ApiClient) -> dict[str, Any]:
    clock = api.get(f"{sandbox_path()}/clock")
    return {**clock, "steps": STEPS, "shown": times.clock_text(clock["now"]), **_bearing(clock)}


def _bearing(clock: dict[str, Any]) -> dict[str, object]:
    """Return in words how the clock runs, whether it is another one than the wall's, and why it cannot return to it."""
    is_offset = abs(clock["ahead"]) > OFFSET
    runs = {"frozen": "frozen", "real": "runs" if is_offset else "real time"}
    word = runs.get(clock["mode"]) or f"× {clock.get('factor', 1):g}"
    is_real = clock["mode"] == "real" and not is_offset
    why_not = IS_REAL if is_real else IS_AHEAD if clock["ahead"] > OFFSET else None
    return {"word": word, "is_offset": is_offset, "why_not_now": why_not}


def show(api: ApiClient) -> Response:
    """Render what the head of a page shows, for a poll each second (204 if unchanged)."""
    current_state().quiet = True
    values = head(api)
    if request.args.get("ticked") == values["ticked"]:
        return html("", 204)
    return html(render_template("clock.html", polled=True, phrases=phrases, **values))


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
