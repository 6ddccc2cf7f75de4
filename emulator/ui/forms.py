"""Forms: what was typed as the control API wants it, and its words beside the field where it refuses."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response, render_template, request

from emulator.ui.api_client import ApiRefusal
from emulator.ui.redirects import done, is_scripted
from emulator.ui.rendering import html

Field = Mapping[str, Any]
COMPARISONS = ("equals", "contains", "starts_with")
WHEN: Sequence[Field] = (
    {"name": "when_field", "label": "when the field", "means": "a dotted place in the JSON, as in client.name"},
    {
        "name": "when_comparison",
        "label": "compares",
        "choices": COMPARISONS,
        "means": "contains and starts_with: texts",
    },
    {
        "name": "when_value",
        "label": "with",
        "means": 'as in JSON, so "12345" for a text of digits; empty with the field: any request',
    },
)


def read(fields: Sequence[Field]) -> dict[str, Any]:
    """The body that was typed; what was left empty is not said."""
    said = {field["name"]: _value(field, request.form.get(field["name"], "").strip()) for field in fields}
    said = {name: value for name, value in said.items() if value != ""}
    place, value = said.pop("when_field", None), said.pop("when_value", "")
    comparison = said.pop("when_comparison", "equals")
    if place is None and value != "":
        raise ApiRefusal(422, "", {"errors": {"when_field": "say which field is to be compared with it"}})
    if place is not None:
        said["when"] = {place: {comparison: _json(value) if comparison == "equals" else value}}
    return said


def _value(field: Field, text: str) -> Any:
    """A text as the type of its field; one that is none is left to the control API to refuse."""
    if text == "" or field.get("type", "text") == "text":
        return text
    return _json(text)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def text_of(value: Any) -> str:
    """A value as it is typed."""
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def submit(
    form: Mapping[str, Any], order: Callable[[], Any], told: str, page_with: Callable[[Mapping[str, Any]], Response]
) -> Response:
    """Do it and say so, with an empty form; or show the same form with what was typed and what is wrong with it."""
    try:
        order()
    except ApiRefusal as error:
        if error.status != 422:
            raise
        errors = {"when_field" if name == "when" else name: text for name, text in error.errors.items()}
        names = {field["name"] for field in form["fields"]}
        general = "; ".join(f"{name}: {text}" for name, text in errors.items() if name not in names)
        refused = {
            **form,
            "typed": request.form.to_dict(),
            "errors": errors,
            "general": general or _general(errors, error),
        }
        return _render(refused, 422) if is_scripted() else page_with(refused)
    if not is_scripted():
        return done(told)
    answer = _render(form, 200)
    answer.headers["HX-Trigger"] = json.dumps({"refresh": "", "told": told})
    return answer


def _general(errors: Mapping[str, str], error: ApiRefusal) -> str:
    return "" if errors else error.detail


def _render(form: Mapping[str, Any], status: int) -> Response:
    return html(render_template("form.html", form=form), status)
