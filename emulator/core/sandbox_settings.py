"""The settings of a sandbox: as values, and as the JSON text that is stored."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from emulator.core.faults import Fault, fault_of_json, fault_to_json
from emulator.core.model import Decision, Outcome
from emulator.core.pace import FIXED, Pace
from emulator.core.retry import STANDARD, RetryProfile, parse_retry
from emulator.core.rules import Rule, outcome_word, rule_of_json, rule_to_json
from emulator.core.sandbox_clock import from_micros, to_micros
from emulator.quick_dataclass import dataclass

NOTHING_SET = "{}"  # what a new sandbox stores
KEY_LIFE = timedelta(days=30)  # of a test integration's key, as the real service documents it


@dataclass(frozen=True, kw_only=True, slots=True)
class QueuedOutcome:
    """How the next `times` cases end, of one provider or, for None, of any."""

    provider: str | None
    outcome: Outcome
    failed: bool
    times: int
    ends: bool = True

    @property
    def decision(self) -> Decision:
        """The decision for each of these cases."""
        return Decision(rule="next outcome", outcome=self.outcome, failed=self.failed, ends=self.ends)

    @property
    def word(self) -> str:
        """The word for how these cases end: an outcome, failed or stuck."""
        return outcome_word(self.outcome, failed=self.failed, ends=self.ends) or ""

    def once_less(self) -> "QueuedOutcome":
        """Return the same for one case less."""
        return replace(self, times=self.times - 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class SandboxSettings:
    """How a sandbox behaves: defaults for its cases, and all that is planned for it."""

    delay: timedelta = timedelta(seconds=2)
    pace: Pace | None = None  # replaces the delay
    webhook_url: str | None = None
    retry: RetryProfile = STANDARD
    seed: int = 0
    default_outcome: Outcome = Outcome.APPROVED
    key_since: datetime | None = None  # when the key of a test integration was issued; None: the key is a live one
    queued: tuple[QueuedOutcome, ...] = ()
    rules: tuple[Rule, ...] = ()
    common_rules: tuple[Rule, ...] = ()  # of every sandbox; they apply after its own
    faults: tuple[Fault, ...] = ()
    case_configs: tuple[tuple[str, tuple[str, ...]], ...] = ()  # the types of checks that a request names by a word
    standing: tuple[Fault, ...] = ()  # of every sandbox; nothing that a sandbox sets takes them back

    @property
    def all_faults(self) -> tuple[Fault, ...]:
        """The faults of the sandbox and the standing ones."""
        return (*self.faults, *self.standing) if self.standing else self.faults

    def usual_delay(self, real: Callable[[], timedelta]) -> timedelta:
        """Return how long a case takes when no rule says otherwise; `real` draws what the real service takes."""
        if self.pace is None:
            return self.delay
        return real() if self.pace is Pace.REAL else FIXED[self.pace]

    def has_expired_key(self, now: datetime) -> bool:
        """Return whether the key of a test integration has reached its age of 30 days."""
        return self.key_since is not None and now >= self.key_since + KEY_LIFE


def read_sandbox_settings(defaults: SandboxSettings, text: str) -> SandboxSettings:
    """Return the settings of a sandbox that stores `text`; what it does not store is as in `defaults`."""
    if text == NOTHING_SET:  # the usual case: to look it up would hash the defaults, which takes longer
        return defaults
    return _read(defaults, text)


@lru_cache(maxsize=1024)
def _read(defaults: SandboxSettings, text: str) -> SandboxSettings:
    stored = json.loads(text)
    read = {STORED_AS.get(name, name): READERS[name](value) for name, value in stored.items() if name in READERS}
    return replace(defaults, **read)


# The field of a setting by its name in the store (and so in snapshots), where the two differ.
STORED_AS = {"planned": "queued"}

READERS: dict[str, Callable[[Any], Any]] = {
    "delay": lambda seconds: timedelta(seconds=seconds),
    "pace": Pace,
    "webhook_url": str,
    "retry": parse_retry,
    "seed": int,
    "default_outcome": Outcome,
    "key_since": from_micros,
    "planned": lambda queue: tuple(QueuedOutcome(**{**q, "outcome": Outcome(q["outcome"])}) for q in queue),
    "rules": lambda rules: tuple(map(rule_of_json, rules)),
    "faults": lambda faults: tuple(map(fault_of_json, faults)),
    "case_configs": lambda configs: tuple((name, tuple(types)) for name, types in configs.items()),
}
WRITERS: dict[str, Callable[[Any], object]] = {
    "key_since": to_micros,
    "planned": lambda queue: [asdict(queued) for queued in queue],
    "rules": lambda rules: [rule_to_json(rule) for rule in rules],
    "faults": lambda faults: [fault_to_json(fault) for fault in faults],
}


def changed_settings(text: str, changes: Mapping[str, object]) -> str:
    """Return the stored settings with these changes, by their names in the store; None and empty lists are removed."""
    settings = json.loads(text)
    for name, value in changes.items():
        settings[name] = WRITERS[name](value) if name in WRITERS and value is not None else value
    return json.dumps({name: value for name, value in settings.items() if value is not None and value != []})
