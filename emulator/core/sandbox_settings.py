"""How a sandbox behaves, and how that is kept: settings as JSON text."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from emulator.core.faults import Fault, fault_of_json, fault_to_json
from emulator.core.model import Decision, Outcome
from emulator.core.retry import STANDARD, RetryProfile, parse_retry
from emulator.core.rules import Rule, outcome_word, rule_of_json, rule_to_json
from emulator.core.sandbox_clock import from_micros, to_micros

KEY_LIFE = timedelta(days=30)  # documented: of a test integration's key


class Pace(StrEnum):
    """How long cases take, as one word."""

    INSTANT = "instant"
    FAST = "fast"
    REAL = "real"


# For a person, and for a business; the real service's figures are documented.
PACES = {
    Pace.INSTANT: (timedelta(), timedelta()),
    Pace.FAST: (timedelta(seconds=2), timedelta(seconds=2)),
    Pace.REAL: (timedelta(seconds=90), timedelta(seconds=240)),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuedOutcome:
    """How the next so many cases end, of one provider or of any."""

    provider: str | None
    outcome: Outcome
    failed: bool
    times: int
    ends: bool = True

    @property
    def decision(self) -> Decision:
        """How such a case is to end."""
        return Decision(rule="next outcome", outcome=self.outcome, failed=self.failed, ends=self.ends)

    @property
    def word(self) -> str:
        """How it is called."""
        return outcome_word(self.outcome, failed=self.failed, ends=self.ends) or ""

    def once_less(self) -> "QueuedOutcome":
        """The plan after one case."""
        return replace(self, times=self.times - 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class SandboxSettings:
    """How a sandbox behaves where nothing else was asked for."""

    delay: timedelta = timedelta(seconds=2)
    pace: Pace | None = None  # instead of the delay
    webhook_url: str | None = None
    retry: RetryProfile = STANDARD
    seed: int = 0
    default_outcome: Outcome = Outcome.APPROVED
    key_since: datetime | None = None  # when the key of a test integration was issued; None: it is a live one
    queued: tuple[QueuedOutcome, ...] = ()
    rules: tuple[Rule, ...] = ()
    common_rules: tuple[Rule, ...] = ()  # of every sandbox, after its own
    faults: tuple[Fault, ...] = ()

    def usual_delay(self, *, of_business: bool) -> timedelta:
        """How long a case takes that nothing is ordered for."""
        return self.delay if self.pace is None else PACES[self.pace][of_business]

    def has_expired_key(self, now: datetime) -> bool:
        """Is it past the life of a test integration's key?"""
        return self.key_since is not None and now >= self.key_since + KEY_LIFE


@lru_cache(maxsize=1024)
def read_sandbox_settings(defaults: SandboxSettings, text: str) -> SandboxSettings:
    """How a sandbox with those settings behaves."""
    stored = json.loads(text)
    read = {STORED_AS.get(name, name): READERS[name](value) for name, value in stored.items() if name in READERS}
    return replace(defaults, **read)


# By the name in the store, and so in snapshots: the field it is read into, where the two differ.
STORED_AS = {"planned": "queued"}

READERS: dict[str, Any] = {
    "delay": lambda seconds: timedelta(seconds=seconds),
    "pace": Pace,
    "webhook_url": str,
    "retry": parse_retry,
    "seed": int,
    "default_outcome": Outcome,
    "key_since": from_micros,
    "planned": lambda plans: tuple(QueuedOutcome(**{**p, "outcome": Outcome(p["outcome"])}) for p in plans),
    "rules": lambda rules: tuple(map(rule_of_json, rules)),
    "faults": lambda faults: tuple(map(fault_of_json, faults)),
}
WRITERS: dict[str, Any] = {
    "key_since": to_micros,
    "planned": lambda plans: [asdict(queued) for queued in plans],
    "rules": lambda rules: [rule_to_json(rule) for rule in rules],
    "faults": lambda faults: [fault_to_json(fault) for fault in faults],
}


def changed_settings(text: str, changes: Mapping[str, Any]) -> str:
    """The settings with those changes; None and what is empty is taken out."""
    settings = json.loads(text)
    for name, value in changes.items():
        settings[name] = WRITERS[name](value) if name in WRITERS and value is not None else value
    kept = {name: value for name, value in settings.items() if value is not None and value != []}
    return json.dumps(kept)
