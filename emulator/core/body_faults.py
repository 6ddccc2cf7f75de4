"""The kinds of webhook faults that write the same JSON in another form."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from emulator.core.deliveries import Delivery
from emulator.core.faults import Side, setting
from emulator.quick_dataclass import dataclass

FORMS = ("keys_reversed", "whole_seconds", "microseconds", "undocumented")
MOMENT = re.compile(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(?=Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, kw_only=True)
class WebhookForm:
    """The webhook says the same in another form.

    Its keys come in the reverse order, its times without or with a fraction, or every object has a further field that
    is not documented.
    """

    kind: ClassVar[str] = "webhook_form"
    side: ClassVar[Side] = Side.WEBHOOK
    how: str = setting("keys_reversed", "the form", choices=FORMS)

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Return the deliveries with their bodies in that form."""
        return [replace(delivery, body=in_form(delivery.body, self.how)) for delivery in deliveries]


def in_form(body: bytes, how: str) -> bytes:
    """Return JSON in another form; what is no JSON, or has nothing to change, stays as it is."""
    if how in REWRITERS:
        return _rewritten(body, REWRITERS[how])
    fraction = b"" if how == "whole_seconds" else b".000001"
    return MOMENT.sub(lambda found: found[1] + (found[2] if fraction and found[2] else fraction), body)


def _rewritten(body: bytes, rewrite: Callable[[object], object]) -> bytes:
    try:
        text = json.dumps(rewrite(json.loads(body)), ensure_ascii=False, separators=(",", ":"))
    except ValueError:
        return body
    return text.encode("utf-8", "backslashreplace")


def _turn(value: object) -> object:
    if isinstance(value, dict):
        return {name: _turn(value[name]) for name in reversed(value)}
    return [_turn(item) for item in value] if isinstance(value, list) else value


def _add_fields(value: object) -> object:
    if isinstance(value, dict):
        return {**{name: _add_fields(item) for name, item in value.items()}, "undocumented": "added by a fault"}
    return [_add_fields(item) for item in value] if isinstance(value, list) else value


REWRITERS: Mapping[str, Callable[[object], object]] = {"keys_reversed": _turn, "undocumented": _add_fields}
