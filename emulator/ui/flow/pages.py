"""The guided flow: what the applicant sees on a phone, one question a screen; it needs no script and no token."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Response, redirect, render_template, request

from emulator.ui.api_client import ApiClient, ApiRefusal
from emulator.ui.flow.applicant_answers import DONE, STEPS, answered, changes, name_of, problems
from emulator.ui.flow.visit import Arrival, Visit, arrival, find_visit
from emulator.ui.rendering import STOP_POLLING, html
from emulator.ui.sandbox_links import sandbox
from emulator.version import VERSION
from emulator.web.extras import Flow


def walk(api: ApiClient, provider: str, flow: Flow, number: str) -> Response:
    """Answer with the screen of the guided flow that the applicant is on, or say kindly that there is no such case."""
    visit = find_visit(api, provider, flow, number)
    return _walk(api, visit) if visit else _unknown()


def result(api: ApiClient, provider: str, flow: Flow, number: str) -> Response:
    """Answer with the result of the case, or say kindly that there is no such case."""
    visit = find_visit(api, provider, flow, number)
    return _page(visit, "flow_result.html", "Result of the check") if visit else _unknown()


def arrival_of(api: ApiClient, provider: str, flow: Flow, number: str) -> Response:
    """Answer with what the presenter's drawer shows of the case and its webhook, asked for each second."""
    visit = find_visit(api, provider, flow, number)
    return _arrival(visit) if visit else _show("flow_gone.html", STOP_POLLING)


def _unknown() -> Response:
    return _show("flow_closed.html", 404, title="We cannot find this check", why="unknown", sandbox=sandbox())


def _walk(api: ApiClient, visit: Visit) -> Response:
    position = _position()
    if visit.is_open:
        return _answer(api, visit, position) if request.method == "POST" else _step(visit, position)
    if position == DONE and visit.is_finished:
        return _page(visit, "flow_done.html", "You are done", position=DONE)
    return _page(
        visit, "flow_closed.html", "This check is closed", why="finished" if visit.is_finished else "cancelled"
    )


def _position() -> int:
    given = request.args.get("position", "")
    return min(max(int(given), 1), DONE) if given.isdecimal() and len(given) < 4 else 1


def _step(visit: Visit, position: int) -> Response:
    """That screen, with what was typed before; nobody is done before they finish."""
    if position == DONE:
        return _go(visit, DONE - 1, changes(visit.before, visit.typed))
    return _screen(visit, position, visit.typed, {}, 200)


def _answer(api: ApiClient, visit: Visit, wanted: int) -> Response:
    """Take what a screen was told, and go on, or back."""
    typed = answered(visit.typed, {"drawer": ""}, request.form)
    left = request.form.get("from", "")
    here = int(left) if left.isdecimal() and len(left) < 4 else 1
    for position in range(here if wanted != DONE else 1, min(wanted, DONE)):
        wrong = problems(STEPS[position - 1], visit.applicant, typed)
        if wrong:
            return _screen(visit, position, typed, wrong, 422)
    if wanted == DONE:
        _finish(api, visit, typed)
    return _go(visit, wanted, changes(visit.before, typed))


def _finish(api: ApiClient, visit: Visit, typed: Mapping[str, str]) -> None:
    """End the case as the presenter chose, else as its rule says."""
    ending = typed["ending"] if visit.presents and typed["ending"] in visit.completions else visit.before["ending"]
    try:
        api.ask("POST", f"{visit.case_path}/complete", {"outcome": visit.completions[ending]})
    except ApiRefusal as refused:
        if refused.status != 409:  # it ended by itself meanwhile, which the next page tells
            raise


def _go(visit: Visit, position: int, carried: Mapping[str, str]) -> Response:
    kept = {"drawer": carried["drawer"]} if position == DONE and "drawer" in carried else carried
    query = urlencode({"position": position, **({} if position == DONE else carried), **kept})
    return redirect(f"{visit.path}?{query}", 303)  # type: ignore[return-value]


def _screen(visit: Visit, position: int, typed: Mapping[str, str], wrong: Mapping[str, str], status: int) -> Response:
    step = STEPS[position - 1]
    return _page(visit, f"flow_{step}.html", f"Step {position} of {len(STEPS)}", status, position, typed, wrong)


def _page(
    visit: Visit,
    template: str,
    title: str,
    status: int = 200,
    position: int = 0,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    **values: Any,
) -> Response:
    typed = visit.typed if typed is None else typed
    arrived = arrival(visit)
    step = STEPS[position - 1] if 0 < position <= len(STEPS) else ""
    return _show(
        template,
        status,
        title=title,
        visit=visit,
        position=position,
        steps=len(STEPS),
        step=step,
        answers=typed,
        wrong=wrong or {},
        who=name_of(visit.applicant, typed),
        arrival=arrived,
        mark=_mark(arrived),
        **values,
    )


def _arrival(visit: Visit) -> Response:
    if not visit.presents:
        return html("", 204)
    told = arrival(visit)
    mark = _mark(told)
    if request.args.get("seen") == mark:
        return html("", 204)
    return _show("flow_arrival.html", 200, visit=visit, arrival=told, mark=mark)


def _mark(told: Arrival) -> str:
    """What the drawer shows, in a few letters."""
    import hashlib

    return hashlib.blake2b(repr(told).encode("utf-8", "replace"), digest_size=8).hexdigest()


def _show(template: str, status: int, **values: Any) -> Response:
    return html(render_template(template, version=VERSION, **values), status)
