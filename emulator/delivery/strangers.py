"""Webhooks that a receiver cannot know: of an event without documentation, and about cases of others."""

import json
from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5

from emulator.core.deliveries import Delivery

UNKNOWN_EVENT = "case.unknown"
FAR = 1_000_000  # added to the ids of made-up cases


def unknown_event(delivery: Delivery) -> Delivery | None:
    """Return a webhook of another event about the same case; None where no header names the type of an event."""
    if delivery.event not in delivery.headers.values():
        return None
    body = json.loads(delivery.body)
    plain = {name: value for name, value in body.items() if not isinstance(value, dict | list)}
    stranger = _under_new_id(delivery, "unknown", {**plain, "undocumented": {"added": "by a fault"}})
    headers = {n: UNKNOWN_EVENT if value == delivery.event else value for n, value in stranger.headers.items()}
    return replace(stranger, event=UNKNOWN_EVENT, headers=headers)


def other_case(delivery: Delivery, number: int) -> Delivery:
    """Return a webhook like this one about a case that nobody opened; `number` tells it from others."""
    return _under_new_id(delivery, f"other-{number}", _made_up(json.loads(delivery.body), number))


def _under_new_id(delivery: Delivery, purpose: str, body: object) -> Delivery:
    event_id, new_id = delivery.event_id, str(uuid5(NAMESPACE_URL, f"{delivery.id}/{purpose}"))
    headers = {name: new_id if value == event_id else value for name, value in delivery.headers.items()}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return replace(delivery, headers=headers, body=text.encode("utf-8", "backslashreplace"))


def _made_up(value: object, number: int, name: str = "") -> object:
    """Return the value with every id in it replaced: of a field that is called `id` or ends in `_id`."""
    if isinstance(value, dict):
        return {key: _made_up(item, number, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_made_up(item, number, name) for item in value]
    if name != "id" and not name.endswith("_id"):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return value + FAR + number
    return f"{value}-other-{number}" if isinstance(value, str) else value
