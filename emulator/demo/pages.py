"""The presenter's page: three stories, one button a step, each step shown as it happens."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, request
from werkzeug.exceptions import NotFound

from emulator.demo.stories import BY_NAME, STORIES, Scene, Story
from emulator.ui.api_client import ApiClient, ApiRefusal
from emulator.ui.page import page
from emulator.ui.page import show as show_page
from emulator.ui.sandbox_links import sandbox


def show(api: ApiClient) -> Response:
    """The stories to choose from."""
    return page(api, "demo.html", "Demo", stories=STORIES, receiver=_receiver(api))


def story(api: ApiClient, name: str) -> Response:
    """A story as far as it was told, or the part of it that moves."""
    told, receiver = _find(api, name)
    scene = _scene(api, told, receiver, request.args)
    step = min(_number(request.args.get("step")), len(told.steps)) if scene.case_id is not None else 0
    values = {
        "story": told,
        "step": step,
        "receiver": receiver,
        "now": api.get(f"{scene.sandbox_path}/clock")["now"],
        **_evidence(scene),
    }
    return show_page(api, "demo_story.html", told.title, "demo_live.html", values, scene=scene)


def act(api: ApiClient, name: str) -> Response:
    """Take the next step of a story."""
    told, receiver = _find(api, name)
    scene = _scene(api, told, receiver, request.form)
    step = _number(request.form.get("step")) if scene.case_id is not None else 0
    if step < len(told.steps):
        opened = told.steps[step].act(scene)
        case_id = scene.case_id if opened is None else opened
        return _go(f"{request.script_root}{request.path}?step={step + 1}&case={case_id}")
    return _go(f"{request.script_root}/demo")


def _go(where: str) -> Response:
    return redirect(where, 303)  # type: ignore[return-value]


def _receiver(api: ApiClient) -> Mapping[str, Any] | None:
    """The receiver of the stage; None: this is no demo."""
    try:
        found: Mapping[str, Any] = api.get("/receiver")
    except ApiRefusal as refused:
        if refused.status != 404:
            raise
        return None
    return found


def _find(api: ApiClient, name: str) -> tuple[Story, Mapping[str, Any]]:
    receiver = _receiver(api)
    if name not in BY_NAME or receiver is None:
        raise NotFound
    return BY_NAME[name], receiver


def _scene(api: ApiClient, told: Story, receiver: Mapping[str, Any], said: Mapping[str, str]) -> Scene:
    """The scene of a story; one whose case is gone begins anew."""
    number = _number(said.get("case"))
    scene = Scene(
        api=api, sandbox_path=f"/sandboxes/{sandbox()}", provider=told.provider, case_id=number, receiver=receiver
    )
    try:
        api.get(scene.case_path)
    except ApiRefusal as refused:
        if refused.status != 404:
            raise
        return Scene(api=api, sandbox_path=scene.sandbox_path, provider=told.provider, case_id=None, receiver=receiver)
    return scene


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 18 else 0


def _evidence(scene: Scene) -> dict[str, Any]:
    """What there is to see: the request with its answer, the case, and its webhooks."""
    if scene.case_id is None:
        return {"exchange": None, "case": None, "webhooks": []}
    asked = {"provider": scene.provider, "case_id": scene.case_id, "method": "POST"}
    found = scene.api.get(f"{scene.sandbox_path}/requests", **asked)["requests"]
    case = scene.api.get(scene.case_path)
    webhooks = [{**told, "text": _laid_out(told["body"])} for told in scene.deliveries()]
    return {
        "exchange": _shown(found[0]) if found else None,
        "case": case,
        "webhooks": webhooks,
    }


def _shown(exchange: Mapping[str, Any]) -> dict[str, Any]:
    sent, told = exchange["body"], exchange["answer"]["body"]
    return {**exchange, "sent": _laid_out(sent), "told": _laid_out(told)}


def _laid_out(text: Any) -> str:
    """JSON for reading; what is none is shown as it is."""
    try:
        value = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return str(text)
    return json.dumps(value, ensure_ascii=False, indent=2)
