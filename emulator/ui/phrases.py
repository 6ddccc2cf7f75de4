"""Times and happenings in words for people; templates use these."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

RULES = {
    "default": "because nothing said otherwise",
    "explicit": "because somebody completed it by hand",
    "next outcome": "because it was planned for the next cases",
}


def because(rule: str | None) -> str:
    """The rule that fired, to end a sentence."""
    kind, _, rest = (rule or "default").partition(" ")
    if kind == "surname":
        return f"because the surname is {rest}"
    return RULES.get(rule or "default") or f"because rule {rest or kind} matched the request"


def moment_of(text: str) -> datetime:
    """The moment that the control API wrote so."""
    return datetime.fromisoformat(text)


def second_of(text: str) -> str:
    """The time of day, to the second."""
    return text[11:19]


def millisecond_of(text: str) -> str:
    """The time of day, to the millisecond."""
    return text[11:23]


def exactly(text: str) -> str:
    """Day and time, to the millisecond, as it is shown on hover."""
    return f"{text[:10]} {text[11:23]} UTC"


def span(seconds: float) -> str:
    """How long, in one unit: 1.4 s, 28 s, 3 min, 2 h, 5 d."""
    if seconds < 10:
        return f"{max(seconds, 0):.1f}".removesuffix(".0") + " s"
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size or (seconds >= size and seconds % size == 0):
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def until(text: str, now: str) -> str:
    """How long until then."""
    return span((moment_of(text) - moment_of(now)).total_seconds())


def ago(text: str, now: str) -> str:
    """How long ago, roughly, so that what rests is not drawn again each second."""
    seconds = (moment_of(now) - moment_of(text)).total_seconds()
    return "just now" if seconds < 60 else f"{span(seconds // 60 * 60)} ago"


def count(many: int, one: str, more: str | None = None) -> str:
    """1 case, 2 cases."""
    return f"{many} {one if many == 1 else more or one + 's'}"


def what_became(delivery: Mapping[str, Any], now: str) -> str:
    """What became of a webhook, in a line."""
    state, attempts = delivery["state"], delivery["attempts"]
    last = attempts[-1] if attempts else None
    if state == "delivered" and last:
        return f"webhook delivered {last['status']} in {last['latency_ms']:.0f} ms"
    if state == "scheduled":
        when = until(delivery["next_attempt_at"], now)
        return f"webhook: {failing(last)}, next try in {when}" if last else f"webhook is sent in {when}"
    if state == "failed":
        return f"webhook given up: {delivery['reason'] or (failing(last) if last else 'a fault dropped it')}"
    told = {"in_flight": "webhook is being sent", "inbox": "webhook in the inbox: it had no receiver"}
    return told.get(state) or f"webhook kept: {delivery['reason'] or 'it may not be sent there'}"


def failing(attempt: Mapping[str, Any]) -> str:
    """What an attempt came to that did not deliver, in short."""
    return str(attempt["error"] or f"answered {attempt['status']}").partition("; ")[0]


def happening(event: Mapping[str, Any]) -> str:
    """One thing that happened while time went by, as a line."""
    case = f"{event.get('provider', '')} case {event.get('case_id', '')}"
    kind = event["kind"]
    told = {
        "case_processing": f"work on {case} started",
        "case_completed": f"{case} ended: {event.get('outcome')}",
        "case_failed": f"{case} failed",
        "webhook_kept": f"the webhook of {case} is in the inbox",
    }
    if kind in told:
        return f"{second_of(event['at'])}  {told[kind]}"
    return f"{second_of(event['at'])}  attempt {event['attempt']} for {case}: {failing(event)}"


def as_json(value: Any) -> str:
    """A value in one line."""
    return json.dumps(value, ensure_ascii=False)


def said(exchange: Mapping[str, Any]) -> str:
    """What a refused request was told, as the first text of its answer; else why it was refused."""
    if exchange["faults"]:
        return f"planned fault: {', '.join(exchange['faults'])}"
    try:
        found = _first_text(json.loads(exchange["answer"]["body"]))
    except (ValueError, RecursionError):
        found = None
    return (found or exchange["refused"] or "refused")[:200]


def _first_text(value: Any) -> str | None:
    if isinstance(value, dict):
        places = ((f"{name}: " if not isinstance(told, str) else "", told) for name, told in value.items())
        return next((lead + text for lead, told in places if (text := _first_text(told))), None)
    if isinstance(value, list):
        return next((text for told in value if (text := _first_text(told))), None)
    return value if isinstance(value, str) and value else None


def in_time(time: str) -> str:
    """A moment that is to come, to the second."""
    return f"at {time[:8]}"


SAID = ("id", "kind", "side", "provider", "path", "when", "outcome", "delay", "risk_score", "times", "probability")


def match_of(thing: Mapping[str, Any]) -> str:
    """What a rule or a fault fits, in a line."""
    told = [str(thing[name]) for name in ("provider", "path") if thing.get(name)]
    told += [f"{place} {_comparison(wanted)}" for place, wanted in thing.get("when", {}).items()]
    return ", ".join(told) or "everything"


def _comparison(wanted: Any) -> str:
    if not isinstance(wanted, dict):
        return f"is {as_json(wanted)}"
    return " and ".join(f"{name.replace('_', ' ')} {as_json(value)}" for name, value in wanted.items())


def effect_of(rule: Mapping[str, Any]) -> str:
    """What a rule sets."""
    told = [f"ends {rule['outcome']}"] if rule.get("outcome") else []
    told += [f"after {span(rule['delay'])}"] if "delay" in rule else []
    told += [f"risk {rule['risk_score']}"] if "risk_score" in rule else []
    return ", ".join(told)


def aim_of(fault: Mapping[str, Any]) -> str:
    """How often a fault may strike still, until when, and its own settings."""
    own = [f"{n} {as_json(v)}" for n, v in fault.items() if n not in (*SAID, "expires_at", "seen") and v is not None]
    times = "whenever it fits" if fault["times"] is None else f"{count(fault['times'], 'time')} more"
    chance = [] if fault["probability"] == 1 else [f"probability {fault['probability']}"]
    return "; ".join([*own, times, *chance, f"until {second_of(fault['expires_at'])}", f"fitted {fault['seen']}"])
