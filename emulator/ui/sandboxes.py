"""The page of all sandboxes, and of the settings of the present one."""

from collections.abc import Mapping
from typing import Any

from flask import Response, render_template, request, url_for

from emulator.ui.api_client import ApiClient, ApiRefusal, part
from emulator.ui.forms import Field, Form, read, submit
from emulator.ui.page import show as show_page
from emulator.ui.redirects import done, is_scripted
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
        "means": "how long cases take; real: as long as the real service takes, from 90 seconds to days",
    },
)


def show(api: ApiClient, refused: Form | None = None) -> Response:
    """Render the page with its forms, one of them refused (422)."""
    forms = {"settings": _settings_form(api), "new": _new_form()}
    if refused:
        forms = {name: refused if form["id"] == refused["id"] else form for name, form in forms.items()}
    here = sandbox()
    # The present one first: of many sandboxes not all are listed.
    names = sorted({*api.get("/sandboxes")["sandboxes"], DEFAULT, here}, key=lambda name: (name != here, name))
    rows = [{"name": name, **api.get(f"/sandboxes/{part(name)}/counts")} for name in names[:LISTED]]
    values = {"rows": rows, "more": len(names) - len(rows), "here": here}
    answer = show_page(api, "sandboxes.html", "Sandboxes", "sandboxes_live.html", values, forms=forms)
    answer.status_code = 422 if refused else answer.status_code
    return answer


def create(api: ApiClient) -> Response:
    """Make a sandbox, and go to its feed."""
    made: list[str] = []

    def order() -> None:
        try:
            made.append(api.ask("POST", "/sandboxes", read(NEW))["name"])
        except ApiRefusal as refused:
            raise _of_name(refused) if refused.status == 409 else refused from refused

    answer = submit(_new_form(), order, "The sandbox was made.", lambda refused: show(api, refused))
    return done("The sandbox was made.", path=home_of(made[0])) if made else answer


def _of_name(refused: ApiRefusal) -> ApiRefusal:
    """Return the refusal of a name that is taken as one of its field."""
    return ApiRefusal(422, "", {"errors": {"name": refused.detail}})


def change(api: ApiClient) -> Response:
    """Set how the sandbox behaves; an empty field returns its setting to how the emulator was started."""
    form = _settings_form(api)
    body = read(SETTINGS)
    changes = {field["name"]: body.get(field["name"]) for field in SETTINGS}

    def patch() -> None:
        api.ask("PATCH", sandbox_path(), changes)
        form.update(_settings_form(api))

    return submit(
        form, patch, "The settings are saved: they hold for what comes from now on.", lambda refused: show(api, refused)
    )


def reset(api: ApiClient) -> Response:
    """Reset the sandbox; raise ApiRefusal if the button was on the page of another one."""
    if request.form.get("name") != sandbox():
        raise ApiRefusal(409, "nothing was reset: that button was on the page of another sandbox", None)
    api.ask("POST", f"{sandbox_path()}/reset")
    answer = done(f"The sandbox {sandbox()} is empty, as on its first use.")
    if is_scripted():  # the settings are gone as well, so their form is drawn anew
        answer.set_data(
            answer.get_data() + render_template("form.html", form=_settings_form(api), beside=True).encode()
        )
    return answer


def _settings_form(api: ApiClient) -> Form:
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
    now = "" if field["name"] in own or value is None else f" (now {_typed(value)})"
    return f"{field['means']}{now}"


def _typed(value: object) -> str:
    """Return a setting as one would type it; no waits at all are typed as "once"."""
    if isinstance(value, list):
        return ",".join(map(_typed, value)) or "once"
    return repr(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _new_form() -> Form:
    return {
        "id": "new-sandbox",
        "action": url_for("ui.sandboxes_create"),
        "button": "Make a sandbox",
        "label": "A new sandbox",
        "fields": NEW,
    }
