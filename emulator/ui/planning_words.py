"""Put rules and faults into words: what they match, what they do, how often that happened."""

from collections.abc import Mapping
from typing import Any

from emulator.ui.phrases import as_json, count, second_of, span

# The keys of a fault that are no settings of its kind.
COMMON_KEYS = ("id", "kind", "side", "provider", "path", "when", "times", "probability", "expires_at", "seen")


def match_of(rule_or_fault: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """Return in a line what a rule or a fault matches; `titles` are those of the APIs by name."""
    provider, path = rule_or_fault.get("provider"), rule_or_fault.get("path")
    parts = [titles.get(provider, provider)] if provider else []
    parts += [f"paths from {path}"] if path else []
    parts += [f"{field} {_comparison(condition)}" for field, condition in rule_or_fault.get("when", {}).items()]
    return ", ".join(parts) or "everything"


def _comparison(condition: object) -> str:
    if not isinstance(condition, dict):
        return f"is {as_json(condition)}"
    return " and ".join(f"{name.replace('_', ' ')} {as_json(value)}" for name, value in condition.items())


def fits_form(fault: Mapping[str, Any]) -> bool:
    """Return whether the form, which has room for one comparison, would lose nothing of a fault that it changes."""
    comparisons = [len(each) if isinstance(each, dict) else 1 for each in fault.get("when", {}).values()]
    return sum(comparisons) <= 1


def effect_of(rule: Mapping[str, Any]) -> str:
    """Return in a line what a rule sets."""
    parts = [f"ends {rule['outcome']}"] if rule.get("outcome") else []
    parts += [f"after {span(rule['delay'])}"] if "delay" in rule else []
    parts += [f"risk {rule['risk_score']}"] if "risk_score" in rule else []
    return ", ".join(parts)


def aim_of(fault: Mapping[str, Any]) -> str:
    """Return in a line the settings of a fault's kind, how often it may still trigger, and until when."""
    own = [f"{n.replace('_', ' ')} {as_json(v)}" for n, v in fault.items() if n not in COMMON_KEYS and v is not None]
    times = "whenever it fits" if fault["times"] is None else f"{count(fault['times'], 'time')} more"
    chance = [] if fault["probability"] == 1 else [f"probability {fault['probability']}"]
    return "; ".join([*own, times, *chance, f"until {second_of(fault['expires_at'])}", _seen(fault["seen"])])


def _seen(many: int) -> str:
    return f"has matched {count(many, 'time')}" if many else "has matched nothing yet"
