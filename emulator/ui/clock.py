"""The sandbox's clock beside each title, and the buttons that move it."""

from datetime import timedelta
from typing import Any

from flask import Response, render_template, request

from emulator.ui import words
from emulator.ui.actions import done
from emulator.ui.answering import html
from emulator.ui.asking import ApiRefusal, Asker
from emulator.ui.place import box

STEPS = {"10": "+10 s", "60": "+1 min", "3600": "+1 h"}  # seconds, as the buttons say them
MODES: dict[str, tuple[dict[str, Any], str]] = {
    "frozen": ({"mode": "frozen"}, "The clock stands still."),
    "run": ({"mode": "scaled", "factor": 1}, "The clock runs on from where it stood."),
    "real": ({"mode": "real"}, "The clock shows wall time."),
}
MOST_TOLD = 6


def read(asker: Asker) -> dict[str, Any]:
    """What the clock reads, how it runs, and what can be done with it."""
    told = asker.get(f"{box()}/clock")
    return {**told, "steps": STEPS, "shown": words.second_of(told["now"])}


def show(asker: Asker) -> Response:
    """What it reads, each second."""
    from flask import g

    g.quiet = True
    clock = read(asker)
    mark = f"{clock['mode']} {clock['shown']} {clock['next_at'] is None}"
    return html("", 204) if request.args.get("ticked") == mark else html(render_template("clock.html", clock=clock))


def change(asker: Asker) -> Response:
    """Freeze it, let it run, or advance it; then say what happened."""
    order = request.form.get("order", "")
    if order in MODES:
        mode, said = MODES[order]
        asker.ask("PATCH", f"{box()}/clock", mode)
        return done(said)
    happened = asker.ask("POST", f"{box()}/clock/advance", {"seconds": _seconds(asker, order)})["happened"]
    told = [words.happening(event) for event in happened]
    more = [f"and {len(told) - MOST_TOLD} more"] if len(told) > MOST_TOLD else []
    return done("The clock moved on." if told else "The clock moved on; nothing fell due.", [*told[:MOST_TOLD], *more])


def _seconds(asker: Asker, order: str) -> float:
    if order in STEPS:
        return float(order)
    if order != "next":
        raise ApiRefusal(422, "choose one of the clock's buttons", None)
    clock = asker.get(f"{box()}/clock")
    if clock["next_at"] is None:
        raise ApiRefusal(409, "nothing is due: open a case first, and the clock has something to move to", None)
    left = words.moment_of(clock["next_at"]) - words.moment_of(clock["now"])
    return max(0.0, (left + timedelta(microseconds=1)).total_seconds())
