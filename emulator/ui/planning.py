"""The page of rules and faults, with a form for each fault kind that the control API lists."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response, request, url_for

from emulator.ui import planning_words
from emulator.ui.api_client import ApiClient, ApiRefusal, part
from emulator.ui.forms import WHEN, Field, Form, read, submit, text_of
from emulator.ui.page import show as show_page
from emulator.ui.redirects import done
from emulator.ui.sandbox_links import is_polled, sandbox_path

# What is typed already where a setting is needed, so that one click plans the fault.
USUAL = {"status": "503", "seconds": "5"}
OUTCOMES = ("approved", "denied", "undecided", "failed", "stuck")


def show(api: ApiClient, refused: Form | None = None) -> Response:
    """Render the page with all forms, one of them refused (422), or for a poll only its live part."""
    faults = api.get(f"{sandbox_path()}/faults")["faults"]
    provider = _provider(api)
    values = {
        "outcomes": api.get(f"{sandbox_path()}/outcomes"),
        "faults": faults,
        "titles": provider["titles"],
        "words": planning_words,
    }
    if is_polled():
        return show_page(api, "planning.html", "Rules and faults", "planning_live.html", values)
    forms = {"next": _next_form(provider), "rule": _rule_form(provider)}
    known = api.get("/faults")
    kinds = [_kind(provider, kind, _changed(faults)) for kind in known["kinds"]]
    if refused:
        forms = {name: refused if form["id"] == refused["id"] else form for name, form in forms.items()}
        kinds = [{**k, "form": refused, "is_open": True} if k["form"]["id"] == refused["id"] else k for k in kinds]
    more = {"forms": forms, "kinds": kinds, "presets": known["presets"]}
    answer = show_page(api, "planning.html", "Rules and faults", "planning_live.html", values, **more)
    answer.status_code = 422 if refused else answer.status_code
    return answer


def _changed(faults: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the fault that is to be changed, as the address names it, if its form would lose nothing of it."""
    wanted = request.args.get("change")
    return next((fault for fault in faults if fault["id"] == wanted and planning_words.fits_form(fault)), None)


def _kind(provider: Field, kind: Mapping[str, Any], changed: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a fault kind with its form, filled in with the fault that is to be changed if it is of this kind."""
    form = _fault_form(provider, kind)
    if changed is None or changed["kind"] != kind["kind"]:
        return {**kind, "form": form}
    return {**kind, "form": {**form, "typed": _typed(changed), "button": "Save this fault"}, "is_open": True}


def _typed(fault: Mapping[str, Any]) -> dict[str, str]:
    """Return a planned fault, of at most one condition, as it would be typed into its form."""
    typed = {name: text_of(value) for name, value in fault.items() if name not in ("id", "when", "seen")}
    for field, conditions in fault.get("when", {}).items():
        comparison, value = next(iter(conditions.items())) if isinstance(conditions, dict) else ("equals", conditions)
        shown = json.dumps(value, ensure_ascii=False) if comparison == "equals" else text_of(value)
        typed |= {"when_field": field, "when_comparison": comparison, "when_value": shown}
    return {**typed, "replaces": fault["id"]}


def plan(api: ApiClient) -> Response:
    """Queue the outcome of the next cases."""
    form = _next_form(_provider(api))
    path = f"{sandbox_path()}/outcomes/next"
    return _submit(api, form, lambda: api.ask("POST", path, read(form["fields"])), "Planned for the next cases.")


def forget_plans(api: ApiClient) -> Response:
    """Empty the queue of outcomes."""
    api.ask("DELETE", f"{sandbox_path()}/outcomes/next")
    return done("Nothing is planned for the next cases any more.")


def add_rule(api: ApiClient) -> Response:
    """Add an outcome rule."""
    form = _rule_form(_provider(api))
    path = f"{sandbox_path()}/outcomes/rules"
    return _submit(api, form, lambda: api.ask("POST", path, read(form["fields"])), "The rule was added.")


def remove_rule(api: ApiClient) -> Response:
    """Remove an outcome rule, or all of them."""
    return _remove(api, f"{sandbox_path()}/outcomes/rules", "rule")


def add_fault(api: ApiClient, kind: str) -> Response:
    """Plan a fault of that kind; raise ApiRefusal for an unknown kind."""
    known = {about["kind"]: about for about in api.get("/faults")["kinds"]}
    if kind not in known:
        raise ApiRefusal(404, f"there is no fault called {kind[:50]}", None)
    form = _fault_form(_provider(api), known[kind])

    replaced = request.form.get("replaces")

    def order() -> None:
        api.ask("POST", f"{sandbox_path()}/faults", {**read(form["fields"]), "kind": kind})
        if replaced:
            api.ask("DELETE", f"{sandbox_path()}/faults/{part(replaced)}")

    return _submit(api, form, order, "The fault was changed." if replaced else "The fault was planned.")


def add_preset(api: ApiClient) -> Response:
    """Plan one of the faults that are planned most often, by its name; raise ApiRefusal for another name."""
    presets = {preset["name"]: preset for preset in api.get("/faults")["presets"]}
    name = request.form.get("name", "")
    if name not in presets:
        raise ApiRefusal(404, f"there is no fault called {name[:50]}", None)
    api.ask("POST", f"{sandbox_path()}/faults", presets[name]["fault"])
    return done(f"Planned: {presets[name]['does'][:1].lower()}{presets[name]['does'][1:]}")


def remove_fault(api: ApiClient) -> Response:
    """Remove a fault, or all of them."""
    return _remove(api, f"{sandbox_path()}/faults", "fault")


def _remove(api: ApiClient, path: str, noun: str) -> Response:
    if request.form.get("all") == "yes":
        api.ask("DELETE", path)
        return done(f"All {noun}s were taken back.")
    api.ask("DELETE", f"{path}/{part(request.form.get('id') or '-')}")
    return done(f"The {noun} was taken back.")


def _submit(api: ApiClient, form: Form, order: Callable[[], object], message: str) -> Response:
    return submit(form, order, message, lambda refused: show(api, refused))


def _next_form(provider: Field) -> Form:
    fields: list[Field] = [
        {
            "name": "outcome",
            "label": "Outcome",
            "choices": OUTCOMES,
            "means": "failed: the service breaks down over it",
        },
        {
            "name": "times",
            "label": "For how many cases",
            "type": "integer",
            "default_text": "1",
            "means": "the next so many",
        },
        {**provider, "is_more": True},
    ]
    return _form("next-outcome", "ui.planning_plan", "Plan", "Plan the next outcomes", fields)


def _rule_form(provider: Field) -> Form:
    fields: list[Field] = [
        {"name": "outcome", "label": "Outcome", "choices": ("", *OUTCOMES), "means": "any: left to the other rules"},
        *WHEN,
        *_more(
            {"name": "delay", "label": "Delay", "type": "number", "means": "seconds from creation to end"},
            {"name": "risk_score", "label": "Risk", "type": "number", "means": "0 to 1, where the API tells one"},
            provider,
        ),
    ]
    return _form("new-rule", "ui.planning_add_rule", "Add rule", "Add a rule", fields)


def _fault_form(provider: Field, kind: Mapping[str, Any]) -> Form:
    needed = [_setting(about) for about in kind["settings"] if about["required"]]
    fields: list[Field] = [
        *needed,
        {
            "name": "times",
            "label": "Times",
            "type": "integer",
            "means": "how often it triggers; empty: whenever it fits",
        },
        provider,
        *_more(
            *(_setting(about) for about in kind["settings"] if not about["required"]),
            {"name": "path", "label": "Path starts with", "means": "of the request, or of the webhook's target"},
            {"name": "expires_in", "label": "Expires in", "type": "number", "default_text": "900", "means": "seconds"},
            {"name": "probability", "label": "Probability", "type": "number", "default_text": "1", "means": "0 to 1"},
            *WHEN,
        ),
    ]
    name = kind["kind"]
    return _form(f"fault-{name}", "ui.planning_add_fault", "Plan this fault", f"Plan {name}", fields, kind=name)


def _setting(about: Mapping[str, Any]) -> Field:
    bounds = f" ({about['low']:g} to {about['high']:g})" if about["type"] in ("integer", "number") else ""
    label = about["name"].replace("_", " ").capitalize()
    default = USUAL.get(about["name"], "") if about["required"] else text_of(about["default"])
    return {**about, "label": label, "means": about["means"] + bounds, "default_text": default}


def _provider(api: ApiClient) -> Field:
    """Return the field that chooses a provider; it takes a request, so read it once a page for all forms."""
    titles = {provider["name"]: provider["title"] for provider in api.get(f"{sandbox_path()}/providers")["providers"]}
    return {"name": "provider", "label": "API", "choices": ["", *titles], "titles": titles, "means": "any: both"}


def _more(*fields: Field) -> list[Field]:
    """Return fields that few need, which the form folds away."""
    return [{**field, "is_more": True} for field in fields]


def _form(id_: str, endpoint: str, button: str, label: str, fields: Sequence[Field], **path: Any) -> Form:
    return {"id": id_, "action": url_for(endpoint, **path), "button": button, "label": label, "fields": fields}
