"""The page of rules and faults, with a form for each fault kind that the control API lists."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response, request, url_for

from emulator.ui.api_client import ApiClient, ApiRefusal, part
from emulator.ui.forms import WHEN, Field, Form, read, submit, text_of
from emulator.ui.page import show as show_page
from emulator.ui.redirects import done
from emulator.ui.sandbox_links import is_polled, sandbox_path

OUTCOMES = ("approved", "denied", "undecided", "failed", "stuck")


def show(api: ApiClient, refused: Form | None = None) -> Response:
    """Render the page with all forms, one of them refused (422), or for a poll only its live part."""
    values = {
        "outcomes": api.get(f"{sandbox_path()}/outcomes"),
        "faults": api.get(f"{sandbox_path()}/faults")["faults"],
    }
    if is_polled():
        return show_page(api, "planning.html", "Rules and faults", "planning_live.html", values)
    provider = _provider(api)
    forms = {"next": _next_form(provider), "rule": _rule_form(provider)}
    kinds = [{**kind, "form": _fault_form(provider, kind)} for kind in api.get("/faults")["kinds"]]
    if refused:
        forms = {name: refused if form["id"] == refused["id"] else form for name, form in forms.items()}
        kinds = [{**k, "form": refused, "is_open": True} if k["form"]["id"] == refused["id"] else k for k in kinds]
    answer = show_page(api, "planning.html", "Rules and faults", "planning_live.html", values, forms=forms, kinds=kinds)
    answer.status_code = 422 if refused else answer.status_code
    return answer


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

    def order() -> None:
        api.ask("POST", f"{sandbox_path()}/faults", {**read(form["fields"]), "kind": kind})

    return _submit(api, form, order, "The fault was planned.")


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
        provider,
    ]
    return _form("next-outcome", "ui.planning_plan", "Plan", "Plan the next outcomes", fields)


def _rule_form(provider: Field) -> Form:
    fields: list[Field] = [
        provider,
        *WHEN,
        {"name": "outcome", "label": "Outcome", "choices": ("", *OUTCOMES), "means": "any: left to the other rules"},
        {"name": "delay", "label": "Delay", "type": "number", "means": "seconds from creation to end"},
        {"name": "risk_score", "label": "Risk", "type": "number", "means": "0 to 1, where the API tells one"},
    ]
    return _form("new-rule", "ui.planning_add_rule", "Add rule", "Add a rule", fields)


def _fault_form(provider: Field, kind: Mapping[str, Any]) -> Form:
    own: list[Field] = [_setting(about) for about in kind["settings"]]
    fields: list[Field] = [
        *own,
        provider,
        {"name": "path", "label": "Path starts with", "means": "of the request, or of the webhook's target"},
        {
            "name": "times",
            "label": "Times",
            "type": "integer",
            "means": "how often it triggers; empty: whenever it fits",
        },
        {"name": "expires_in", "label": "Expires in", "type": "number", "default_text": "900", "means": "seconds"},
        {"name": "probability", "label": "Probability", "type": "number", "default_text": "1", "means": "0 to 1"},
        *WHEN,
    ]
    name = kind["kind"]
    return _form(f"fault-{name}", "ui.planning_add_fault", "Plan this fault", f"Plan {name}", fields, kind=name)


def _setting(about: Mapping[str, Any]) -> Field:
    bounds = f" ({about['low']:g} to {about['high']:g})" if about["type"] in ("integer", "number") else ""
    label = about["name"].replace("_", " ").capitalize()
    return {**about, "label": label, "means": about["means"] + bounds, "default_text": text_of(about["default"])}


def _provider(api: ApiClient) -> Field:
    """Return the field that chooses a provider; it takes a request, so read it once a page for all forms."""
    names = [provider["name"] for provider in api.get(f"{sandbox_path()}/providers")["providers"]]
    return {"name": "provider", "label": "API", "choices": ["", *names], "means": "any: both"}


def _form(id_: str, endpoint: str, button: str, label: str, fields: Sequence[Field], **path: Any) -> Form:
    return {"id": id_, "action": url_for(endpoint, **path), "button": button, "label": label, "fields": fields}
