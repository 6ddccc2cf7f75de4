"""All sandboxes, and how the one of this page behaves."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request, url_for

from emulator.ui.api_client import ApiClient, ApiRefusal, part
from emulator.ui.forms import Field, read, submit
from emulator.ui.page import page
from emulator.ui.redirects import done
from emulator.ui.sandbox_links import DEFAULT, home_of, sandbox, sandbox_path

LISTED = 100
SETTINGS: tuple[Field, ...] = (
    {"name": "webhook_url", "label": "Webhook URL", "means": "where webhooks go; empty: the inbox keeps them"},
    {"name": "delay", "label": "Delay", "type": "number", "means": "seconds from creation to end"},
    {"name": "retry", "label": "Retries", "means": "standard, once, or waits in seconds like 1,5,30"},
    {
        "name": "default_outcome",
        "label": "Default outcome",
        "choices": ("", "approved", "denied", "undecided"),
        "blank": "as started",
        "means": "where no rule says otherwise",
    },
)
NEW: tuple[Field, ...] = (
    {"name": "name", "label": "Name", "means": "1 to 64 of a-z 0-9 - _; empty: one that nobody uses"},
    {
        "name": "pace",
        "label": "Pace",
        "choices": ("", "instant", "fast", "real"),
        "blank": "as started",
        "means": "how long cases take; real: 90 s a person, 240 s a business",
    },
)


def show(api: ApiClient, refused: Mapping[str, Any] | None = None) -> Response:
    """The overview."""
    forms = {"settings": _settings_form(api), "new": _new_form()}
    if refused:
        forms = {name: dict(refused) if form["id"] == refused["id"] else form for name, form in forms.items()}
    names = sorted({*api.get("/sandboxes")["sandboxes"], DEFAULT, sandbox()})
    rows = [{"name": name, **api.get(f"/sandboxes/{part(name)}/counts")} for name in names[:LISTED]]
    values: dict[str, Any] = {"rows": rows, "forms": forms, "more": len(names) - len(rows)}
    return page(api, "sandboxes.html", "Sandboxes", 422 if refused else 200, **values)


def create(api: ApiClient) -> Response:
    """Make one, and go there."""
    made: list[str] = []

    def order() -> None:
        made.append(api.ask("POST", "/sandboxes", read(NEW))["name"])

    answer = submit(_new_form(), order, "The sandbox was made.", lambda refused: show(api, refused))
    return done("The sandbox was made.", path=home_of(made[0])) if made else answer


def change(api: ApiClient) -> Response:
    """Set how the sandbox of this page behaves; what is left empty is as it was when the emulator was started."""
    form = _settings_form(api)
    said = read(SETTINGS)
    order = {field["name"]: said.get(field["name"]) for field in SETTINGS}
    told = "The sandbox behaves so from now on."

    def patch() -> None:
        api.ask("PATCH", sandbox_path(), order)
        form.update(_settings_form(api))

    return submit(form, patch, told, lambda refused: show(api, refused))


def reset(api: ApiClient) -> Response:
    """Make it newborn."""
    if request.form.get("name") != sandbox():
        raise ApiRefusal(409, "nothing was reset: that button was on the page of another sandbox", None)
    api.ask("POST", f"{sandbox_path()}/reset")
    return done(f"The sandbox {sandbox()} is newborn again.")


def _settings_form(api: ApiClient) -> dict[str, Any]:
    about = api.get(sandbox_path())
    own = {name: about["settings"][name] for name in about["set_here"] if name in {f["name"] for f in SETTINGS}}
    typed = {name: _typed(value) for name, value in own.items()}
    return {
        "id": "settings",
        "action": url_for("ui.sandboxes_change"),
        "button": "Save",
        "label": "Settings of this sandbox",
        "fields": [{**field, "means": _means(field, about, own)} for field in SETTINGS],
        "typed": typed,
    }


def _means(field: Mapping[str, Any], about: Mapping[str, Any], own: Mapping[str, Any]) -> str:
    value = about["settings"][field["name"]]
    if field["name"] == "delay" and about["settings"]["pace"]:
        return f"{field['means']} (now by the pace {about['settings']['pace']})"
    told = "" if field["name"] in own or value is None else f" (now {_typed(value)})"
    return f"{field['means']}{told}"


def _typed(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_typed, value)) or "once"
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _new_form() -> dict[str, Any]:
    about = {"id": "new-sandbox", "action": url_for("ui.sandboxes_create"), "button": "Make a sandbox"}
    return {**about, "label": "A new sandbox", "fields": NEW}
