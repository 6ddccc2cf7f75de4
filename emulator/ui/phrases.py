"""Put times, webhooks, rules and faults into words for people; templates call these functions."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

UNBROKEN = "\N{NO-BREAK SPACE}"  # between a number and its unit, which stay on one line
RULES = {
    "default": "by default, as no plan, no surname and no rule said how",
    "explicit": "because somebody completed it by hand",
    "next outcome": "because it was planned for the next cases",
}


def because(rule: str | None) -> str:
    """Return why a case ends as it does, to end a sentence: "because rule r1 matched the request"."""
    kind, _, rest = (rule or "default").partition(" ")
    if kind == "surname":
        return f"because the surname is {rest}"
    return RULES.get(rule or "default") or f"because rule {rest or kind} matched the request"


def decision(case: Mapping[str, Any]) -> str:
    """Return why a case ended as it did, what will decide it, or whom it waits for."""
    if case["state"] == "cancelled":
        return "not decided"
    if case["state"] not in ("open", "processing"):
        return f"decided {because(case['rule'])}"
    if case["next_step_at"] is None:
        return "waits until somebody completes it"
    return f"will be decided {because(case['rule'])}"


def plain(word: str) -> str:
    """Return a provider's word for an outcome as people write it: no_decision_yet becomes no decision yet."""
    return word.replace("_", " ").lower()


def moment_of(text: str) -> datetime:
    """Return a time that the control API wrote."""
    return datetime.fromisoformat(text)


def second_of(text: str) -> str:
    """Return the time of day of a time, to the second."""
    return text[11:19]


def millisecond_of(text: str) -> str:
    """Return the time of day of a time, to the millisecond."""
    return text[11:23]


def exactly(text: str) -> str:
    """Return day and time to the millisecond, for the tooltip."""
    return f"{text[:10]} {text[11:23]} UTC"


def span(seconds: float) -> str:
    """Return a duration in one unit: 1.4 s, 28 s, 3 min, 2 h, 5 d."""
    if seconds < 10:
        return f"{max(seconds, 0):.1f}".removesuffix(".0") + f"{UNBROKEN}s"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size or (seconds >= size and seconds % size == 0):
            return f"{seconds / size:.0f}{UNBROKEN}{unit}"
    return f"{seconds:.0f}{UNBROKEN}s"


def until(text: str, now: str) -> str:
    """Return how long it is from now until a time."""
    return span((moment_of(text) - moment_of(now)).total_seconds())


def ago(text: str, now: str) -> str:
    """Return roughly how long ago a time is: a finer figure would make the page change at each poll."""
    seconds = (moment_of(now) - moment_of(text)).total_seconds()
    return "just now" if seconds < 60 else f"{span(seconds // 60 * 60)} ago"


def count(many: int, one: str, more: str | None = None) -> str:
    """Return a number with its noun: 1 case, 2 cases."""
    return f"{many} {one if many == 1 else more or one + 's'}"


def what_became(delivery: Mapping[str, Any], now: str, *, is_whole: bool = False) -> str:
    """Return in a line what became of a webhook; if `is_whole`, with what to do about one that may not be sent."""
    state, attempts = delivery["state"], delivery["attempts"]
    last = attempts[-1] if attempts else None
    if state == "delivered" and last:
        return f"webhook delivered {last['status']} in {last['latency_ms']:.0f}{UNBROKEN}ms"
    if state == "scheduled":
        when = until(delivery["next_attempt_at"], now)
        return f"webhook: {failing(last)}, next try in {when}" if last else f"webhook is sent in {when}"
    if state == "failed":
        return f"webhook given up: {delivery['reason'] or (failing(last) if last else 'a fault dropped it')}"
    plain = {"in_flight": "webhook is being sent", "inbox": "webhook in the inbox: it had no receiver"}
    reason = delivery["reason"] or "it may not be sent there"
    return plain.get(state) or f"webhook kept: {reason if is_whole else reason.partition('; ')[0]}"


def failing(attempt: Mapping[str, Any]) -> str:
    """Return in short why an attempt did not deliver."""
    return str(attempt["error"] or f"answered {attempt['status']}").partition("; ")[0]


def happening(event: Mapping[str, Any]) -> str:
    """Return a line about one thing that happened while time went by."""
    case = f"{event.get('provider', '')} case {event.get('case_id', '')}"
    kind = event["kind"]
    ended_as = plain(event.get("outcome_word") or event.get("outcome") or "")
    lines = {
        "case_processing": f"work on {case} started",
        "case_completed": f"{case} ended: {ended_as}",
        "case_failed": f"{case} failed",
        "webhook_kept": f"the webhook of {case} is in the inbox",
    }
    if kind in lines:
        return f"{second_of(event['at'])}  {lines[kind]}"
    return f"{second_of(event['at'])}  attempt {event['attempt']} for {case}: {failing(event)}"


def as_json(value: object) -> str:
    """Return a value as one line of JSON."""
    return json.dumps(value, ensure_ascii=False)


def refusal(exchange: Mapping[str, Any]) -> str:
    """Return why a request was refused: the planned fault, the first text of the answer, or the journal's reason."""
    if exchange["faults"]:
        return f"planned fault: {', '.join(exchange['faults'])}"
    try:
        found = _first_text(json.loads(exchange["answer"]["body"]))
    except (ValueError, RecursionError):
        found = None
    return (found or exchange["refused"] or "refused")[:200]


def _first_text(value: object) -> str | None:
    if isinstance(value, dict):
        items = ((f"{name}: " if not isinstance(item, str) else "", item) for name, item in value.items())
        return next((lead + text for lead, item in items if (text := _first_text(item))), None)
    if isinstance(value, list):
        return next((text for item in value if (text := _first_text(item))), None)
    return value if isinstance(value, str) and value else None


def in_time(time: str) -> str:
    """Return when something will happen, to the second."""
    return f"at {time[:8]}"
