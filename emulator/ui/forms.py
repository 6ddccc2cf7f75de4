"""Read forms into bodies of the control API, and show its refusals beside the fields."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from flask import Response, render_template, request

from emulator.ui.api_client import ApiRefusal
from emulator.ui.redirects import done, is_scripted
from emulator.ui.rendering import html

Field = Mapping[str, Any]
COMPARISONS = ("equals", "contains", "starts_with")
CONDITION = ("when_field", "when_comparison", "when_value")


class Form(TypedDict):
    """A form as its template renders it; a refused one has what was typed, and the reasons by field."""

    id: str
    action: str
    button: str
    label: str
    fields: Sequence[Field]
    typed: NotRequired[Mapping[str, str]]
    errors: NotRequired[Mapping[str, str]]
    general: NotRequired[str]


WHEN: Sequence[Field] = (
    {
        "name": "when_field",
        "label": "when the field",
        "means": "a dotted place in the JSON, as in client.name",
        "of_when": True,
    },
    {
        "name": "when_comparison",
        "label": "compares",
        "choices": COMPARISONS,
        "means": "contains and starts_with: texts",
        "of_when": True,
    },
    {
        "name": "when_value",
        "label": "with",
        "means": 'as in JSON, so "12345" for a text of digits; empty with the field: any request',
        "of_when": True,
    },
)


def read(fields: Sequence[Field]) -> dict[str, object]:
    """Return the body that was typed, without the empty fields; raise ApiRefusal for a comparison without its field."""
    texts = {field["name"]: request.form.get(field["name"], "").strip() for field in fields}
    values = {field["name"]: _value(field, texts[field["name"]]) for field in fields if field["name"] not in CONDITION}
    body = {name: value for name, value in values.items() if value != ""}
    condition = _condition(*(texts.get(name, "") for name in CONDITION))
    return body | ({"when": condition} if condition else {})


def _condition(place: str, comparison: str, text: str) -> dict[str, dict[str, object]] | None:
    if not place and text:
        raise ApiRefusal(422, "", {"errors": {"when_field": "say which field is to be compared with it"}})
    comparison = comparison or "equals"
    return {place: {comparison: _json(text) if comparison == "equals" else text}} if place else None


def _value(field: Field, text: str) -> object:
    """Return a text as the type of its field; one that is not of that type as it is, for the control API to refuse."""
    return _json(text) if text and field.get("type", "text") != "text" else text


def _json(text: str) -> object:
    try:
        value: object = json.loads(text, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):
        return text
    return value


def _finite(text: str) -> float:
    """Return a number that JSON can carry; raise ValueError for NaN, Infinity and what is as large."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number of JSON")
    return number


def text_of(value: object) -> str:
    """Return a value as one would type it into a form."""
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def submit(form: Form, order: Callable[[], object], message: str, page_with: Callable[[Form], Response]) -> Response:
    """Carry out the order and show the message with an empty form.

    If the control API refuses with 422, show the form with what was typed and the reasons instead: alone for the
    page's script, else on the page that `page_with` renders.
    """
    try:
        order()
    except ApiRefusal as error:
        if error.status != 422:
            raise
        refused = _refused(form, error)
        return _render(refused, 422) if is_scripted() else page_with(refused)
    if not is_scripted():
        return done(message)
    answer = _render(form, 200)
    answer.headers["HX-Trigger"] = json.dumps({"refresh": "", "told": message})
    return answer


def _refused(form: Form, error: ApiRefusal) -> Form:
    """Return the form with what was typed and the reasons; those of no field of the form go into `general`."""
    errors = {"when_field" if name == "when" else name: reason for name, reason in error.errors.items()}
    names = {field["name"] for field in form["fields"]}
    general = "; ".join(f"{name}: {reason}" for name, reason in errors.items() if name not in names)
    general = general or ("" if errors else error.detail)
    return {**form, "typed": request.form.to_dict(), "errors": errors, "general": general}


def _render(form: Form, status: int) -> Response:
    return html(render_template("form.html", form=form), status)
