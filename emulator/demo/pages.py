"""The presenter's pages: the list of stories, and each story with a button for its next step."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from flask import Response, redirect, request
from werkzeug.exceptions import NotFound

from emulator.demo.acts import Scene
from emulator.demo.evidence import evidence_of
from emulator.demo.payloads import ReceiverPayload, StoryPayload
from emulator.demo.stories import BY_NAME, STORIES, Story, next_after
from emulator.ui.api_client import ApiClient, ApiRefusal
from emulator.ui.page import page
from emulator.ui.page import show as show_page
from emulator.ui.sandbox_links import sandbox, sandbox_path

FULL_SCREEN = "full-screen"  # the view that hides everything but the story


def show(api: ApiClient) -> Response:
    """Show the stories to choose from, and the one that is told now."""
    receiver = _receiver(api)
    told = _told(api) if receiver else None
    return page(api, "demo.html", "Demo", {"stories": STORIES, "receiver": receiver, "told": told, "link": _link})


def story(api: ApiClient, name: str) -> Response:
    """Show where a story stands now, or for a poll only its live part; raise NotFound for an unknown one."""
    found, receiver = _find(api, name)
    scene = _scene(api, found, receiver, request.args)
    facts = scene.facts()
    values = {
        "story": found,
        "step": found.position(facts),
        "facts": facts,
        "case_id": scene.case_id,
        "is_gone": scene.case_id is None and _number(request.args.get("case")) > 0,
        "receiver": receiver,
        "story_clock": api.get(f"{scene.sandbox_path}/clock"),
        "told": _told(api),
        "view": _view(request.args),
        "next": next_after(found),
        "link": _link,
        **evidence_of(scene, facts),
    }
    return show_page(api, "demo_story.html", found.title, "demo_live.html", values)


def act(api: ApiClient, name: str) -> Response:
    """Take the next step of a story if it is still the one that was shown, and go to the page that shows it."""
    found, receiver = _find(api, name)
    scene = _scene(api, found, receiver, request.form)
    step = found.position(scene.facts())
    case_id = scene.case_id
    if step < len(found.steps) and step == _number(request.form.get("step")):
        opened = found.steps[step].act(scene)
        case_id = case_id if opened is None else opened
    return _go(_link(found, case_id, _view(request.form)))


def leave(api: ApiClient, name: str) -> Response:
    """Leave the story, so that the clock runs as before, and go to the next story if the form says so."""
    found, _ = _find(api, name)
    api.ask("DELETE", f"{sandbox_path()}/story")
    if request.form.get("then") == "next":
        return _go(_link(next_after(found), None, _view(request.form)))
    return _go(f"{request.script_root}/demo")


def _link(story: Story, case_id: int | None, view: str) -> str:
    query = {"case": case_id, "view": view or None}
    carried = urlencode({name: value for name, value in query.items() if value is not None})
    return f"{request.script_root}/demo/{story.name}" + (f"?{carried}" if carried else "")


def _view(parameters: Mapping[str, str]) -> str:
    return FULL_SCREEN if parameters.get("view") == FULL_SCREEN else ""


def _go(path: str) -> Response:
    return redirect(path, 303)  # type: ignore[return-value]


def _told(api: ApiClient) -> tuple[Story, StoryPayload] | None:
    """Return the story that is told in the sandbox; None: there is none."""
    told: StoryPayload = api.get(f"{sandbox_path()}/story")
    found = BY_NAME.get(told["story"] or "")
    return (found, told) if found else None


def _receiver(api: ApiClient) -> ReceiverPayload | None:
    """Return the demo's receiver of webhooks; None: the emulator was started without --demo."""
    try:
        receiver: ReceiverPayload = api.get("/receiver")
    except ApiRefusal as refused:
        if refused.status != 404:
            raise
        return None
    return receiver


def _find(api: ApiClient, name: str) -> tuple[Story, ReceiverPayload]:
    receiver = _receiver(api)
    if name not in BY_NAME or receiver is None:
        raise NotFound
    return BY_NAME[name], receiver


def _scene(api: ApiClient, story: Story, receiver: ReceiverPayload, parameters: Mapping[str, str]) -> Scene:
    """Return the scene of a story with the case that the request names; without one if the case is gone."""
    path, case_id = f"/sandboxes/{sandbox()}", _number(parameters.get("case")) or None
    scene = Scene(
        api=api, sandbox_path=path, story=story.name, provider=story.provider, case_id=case_id, receiver=receiver
    )
    if case_id is None:
        return scene
    try:
        api.get(scene.case_path)
    except ApiRefusal as refused:
        if refused.status != 404:
            raise
        return replace(scene, case_id=None)
    return scene


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 18 else 0
