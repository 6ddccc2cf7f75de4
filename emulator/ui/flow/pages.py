"""The screens of the guided flow, which an applicant sees on a phone: one question a screen."""

from collections.abc import Mapping

from flask import Response, redirect, render_template, request

from emulator.ui.api_client import ApiClient, ApiRefusal
from emulator.ui.flow.applicant_answers import DONE, STEPS, answered, changes, name_of, problems
from emulator.ui.flow.card_text import card_name
from emulator.ui.flow.visit import Arrival, Visit, arrival, find_visit
from emulator.ui.rendering import STOP_POLLING, html
from emulator.ui.sandbox_links import sandbox
from emulator.version import VERSION
from emulator.web.extras import Flow


def walk(api: ApiClient, provider: str, flow: Flow, number: str) -> Response:
    """Render the applicant's present screen of the flow, or a kind page that there is no such case."""
    visit = find_visit(api, provider, flow, number)
    return _walk(api, visit) if visit else _unknown()


def result(api: ApiClient, provider: str, flow: Flow, number: str) -> Response:
    """Render the result of the case, or a kind page that there is no such case."""
    visit = find_visit(api, provider, flow, number)
    return _page(visit, "flow_result.html", "Result of the check") if visit else _unknown()


def arrival_of(api: ApiClient, provider: str, flow: Flow, number: str) -> Response:
    """Render what the presenter's drawer shows of the case and its webhooks, for a poll each second."""
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
    return min(max(_small_number(request.args.get("position", "")), 1), DONE)


def _small_number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 else 1


def _step(visit: Visit, position: int) -> Response:
    """Show a screen with what was typed before; the last one is reached by finishing, so go to the one before it."""
    if position == DONE:
        return _go(visit, DONE - 1, changes(visit.before, visit.typed))
    return _screen(visit, position, visit.typed, {}, 200)


def _answer(api: ApiClient, visit: Visit, target: int) -> Response:
    """Take the answers of a screen and go to the target, or to the first screen before it whose answers are wrong."""
    typed = answered(visit.typed, {"drawer": ""}, request.form)
    first = _small_number(request.form.get("from", "")) if target != DONE else 1
    for position in range(first, target):
        wrong = problems(STEPS[position - 1], visit.applicant, typed)
        if wrong:
            return _screen(visit, position, typed, wrong, 422)
    if target == DONE:
        _finish(api, visit, typed)
    return _go(visit, target, changes(visit.before, typed))


def _finish(api: ApiClient, visit: Visit, typed: Mapping[str, str]) -> None:
    """Complete the case as the presenter chose, or else as was planned."""
    ending = typed["ending"] if visit.presents and typed["ending"] in visit.completions else visit.before["ending"]
    try:
        api.ask("POST", f"{visit.case_path}/complete", {"outcome": visit.completions[ending]})
    except ApiRefusal as refused:
        if refused.status != 409:  # the case has ended by itself meanwhile, as the next page will show
            raise


def _go(visit: Visit, position: int, changed: Mapping[str, str]) -> Response:
    """Redirect to a screen; its link carries the changed answers, or to the last screen an open drawer alone."""
    carried = {"drawer": changed["drawer"]} if position == DONE and "drawer" in changed else changed
    return redirect(visit.link(position=position, **carried), 303)  # type: ignore[return-value]


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
    **values: object,
) -> Response:
    typed = visit.typed if typed is None else typed
    arrived, who = arrival(visit), name_of(visit.applicant, typed)
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
        who=who,
        card_name=card_name(who),
        arrival=arrived,
        mark=_mark(arrived),
        **values,
    )


def _arrival(visit: Visit) -> Response:
    if not visit.presents:
        return html("", 204)
    arrived = arrival(visit)
    mark = _mark(arrived)
    if request.args.get("seen") == mark:
        return html("", 204)
    return _show("flow_arrival.html", 200, visit=visit, arrival=arrived, mark=mark)


def _mark(arrived: Arrival) -> str:
    """Return a short digest of what the drawer shows, by which the next poll says what it has."""
    import hashlib

    return hashlib.blake2b(repr(arrived).encode("utf-8", "replace"), digest_size=8).hexdigest()


def _show(template: str, status: int, **values: object) -> Response:
    return html(render_template(template, version=VERSION, **values), status)
