"""The presenter's pages: the list of stories, and each story with a button for its next step."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypedDict

from flask import Response, redirect, request
from werkzeug.exceptions import NotFound

from emulator.demo.payloads import ReceiverPayload
from emulator.demo.stories import BY_NAME, STORIES, Scene, Story
from emulator.ui.api_client import ApiClient, ApiRefusal
from emulator.ui.page import page
from emulator.ui.page import show as show_page
from emulator.ui.sandbox_links import sandbox


class Evidence(TypedDict):
    """What a story shows: the request with its answer, the case, and its webhooks; None and none before it began."""

    exchange: dict[str, object] | None
    case: object
    webhooks: list[dict[str, object]]


def show(api: ApiClient) -> Response:
    """Show the stories to choose from."""
    return page(api, "demo.html", "Demo", {"stories": STORIES, "receiver": _receiver(api)})


def story(api: ApiClient, name: str) -> Response:
    """Show a story up to its present step, or for a poll only its live part; raise NotFound for an unknown one."""
    found, receiver = _find(api, name)
    scene = _scene(api, found, receiver, request.args)
    step = min(_number(request.args.get("step")), len(found.steps)) if scene.case_id is not None else 0
    values = {
        "story": found,
        "step": step,
        "receiver": receiver,
        "now": api.get(f"{scene.sandbox_path}/clock")["now"],
        **_evidence(scene),
    }
    return show_page(api, "demo_story.html", found.title, "demo_live.html", values, scene=scene)


def act(api: ApiClient, name: str) -> Response:
    """Take the next step of a story and go to the page that shows it; after the last one go to the list of stories."""
    found, receiver = _find(api, name)
    scene = _scene(api, found, receiver, request.form)
    step = _number(request.form.get("step")) if scene.case_id is not None else 0
    if step < len(found.steps):
        opened = found.steps[step].act(scene)
        case_id = scene.case_id if opened is None else opened
        return _go(f"{request.script_root}{request.path}?step={step + 1}&case={case_id}")
    return _go(f"{request.script_root}/demo")


def _go(path: str) -> Response:
    return redirect(path, 303)  # type: ignore[return-value]


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
    sandbox_path, case_id = f"/sandboxes/{sandbox()}", _number(parameters.get("case"))
    scene = Scene(api=api, sandbox_path=sandbox_path, provider=story.provider, case_id=case_id, receiver=receiver)
    try:
        api.get(scene.case_path)
    except ApiRefusal as refused:
        if refused.status != 404:
            raise
        return replace(scene, case_id=None)
    return scene


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 18 else 0


def _evidence(scene: Scene) -> Evidence:
    if scene.case_id is None:
        return {"exchange": None, "case": None, "webhooks": []}
    query = {"provider": scene.provider, "case_id": scene.case_id, "method": "POST"}
    exchanges = scene.api.get(f"{scene.sandbox_path}/requests", **query)["requests"]
    return {
        "exchange": _shown(exchanges[0]) if exchanges else None,
        "case": scene.api.get(scene.case_path),
        "webhooks": [{**delivery, "text": _laid_out(delivery["body"])} for delivery in scene.deliveries()],
    }


def _shown(exchange: Mapping[str, Any]) -> dict[str, object]:
    return {**exchange, "sent": _laid_out(exchange["body"]), "received": _laid_out(exchange["answer"]["body"])}


def _laid_out(text: object) -> str:
    """Return a JSON text indented for people, and any other text as it is."""
    try:
        value = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return str(text)
    return json.dumps(value, ensure_ascii=False, indent=2)
