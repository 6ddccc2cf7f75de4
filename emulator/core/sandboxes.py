"""Sandboxes: made on first use, with settings of their own, and made newborn again."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from emulator.core.clock import Clock
from emulator.core.model import Outcome, Planned, Preferences, Sandbox, Verdict
from emulator.core.outbox import UnderWay
from emulator.core.ports import Ending, Reading, Store, Transaction
from emulator.core.retry import parse_retry
from emulator.core.timepiece import Timepiece

log = logging.getLogger("emulator.sandboxes")
MOST_SANDBOXES = 10_000
LONGEST_ATTEMPT = 15.0  # seconds, and some more: an attempt ends after ten


@dataclass(frozen=True, kw_only=True)
class Sandboxes:
    """What is true of a sandbox as a whole."""

    store: Store
    clock: Clock
    defaults: Preferences
    endings: Mapping[str, Ending]
    under_way: UnderWay

    def enter(self, tx: Transaction, sandbox: str) -> tuple[Preferences, Timepiece]:
        """How the sandbox behaves, and its clock; it is made when this is its first use."""
        found = tx.sandbox(sandbox)
        if found is None:
            self._add(tx, sandbox, self.clock.now())
            found = Sandbox()
        return _preferences(self.defaults, found.settings), found.timepiece

    def preferences(self, read: Reading, sandbox: str) -> Preferences:
        """How the sandbox behaves, or would if it were used."""
        return _preferences(self.defaults, (read.sandbox(sandbox) or Sandbox()).settings)

    def now(self, read: Reading, sandbox: str) -> datetime:
        """The time in the sandbox."""
        return (read.sandbox(sandbox) or Sandbox()).timepiece.now(self.clock.now())

    def wall_time_of(self, read: Reading, sandbox: str, moment: datetime) -> datetime | None:
        """When the sandbox's clock will read that moment by itself; None: never."""
        timepiece = (read.sandbox(sandbox) or Sandbox()).timepiece
        return timepiece.wall_time_of(moment, self.clock.now())

    def _add(self, tx: Transaction, sandbox: str, now: datetime) -> None:
        newborns = [(name, ending.newborn) for name, ending in self.endings.items()]
        tx.add_sandbox(sandbox, newborns, now)
        if dropped := tx.drop_idle_sandboxes(sandbox, MOST_SANDBOXES):
            log.warning("more than %d sandboxes: dropped the %d longest idle", MOST_SANDBOXES, dropped)

    def names(self) -> Sequence[str]:
        """Every sandbox that was used, in the order of their names."""
        with self.store.reading() as read:
            return read.sandbox_names()

    def look(self, sandbox: str) -> tuple[bool, Preferences, Mapping[str, Any]]:
        """Was it used, how does it behave, and what of that was set for it alone?"""
        with self.store.reading() as read:
            found = read.sandbox(sandbox)
        text = found.settings if found else "{}"
        return found is not None, _preferences(self.defaults, text), json.loads(text)

    def change(self, sandbox: str, changes: Mapping[str, Any]) -> None:
        """Set some of `delay`, `webhook_url`, `retry`, `seed`, `default_outcome`; null returns to the default."""
        with self.store.transaction() as tx:
            self.enter(tx, sandbox)
            settings = json.loads((tx.sandbox(sandbox) or Sandbox()).settings) | dict(changes)
            kept = {name: value for name, value in settings.items() if value is not None}
            tx.save_sandbox_settings(sandbox, json.dumps(kept))

    def plan(self, sandbox: str, planned: Planned) -> None:
        """Decide how the next cases end; what was planned before comes first."""
        with self.store.transaction() as tx:
            preferences, _ = self.enter(tx, sandbox)
            self._save_plans(tx, sandbox, (*preferences.planned, planned))

    def forget_plans(self, sandbox: str) -> None:
        """Nothing is planned any more."""
        with self.store.transaction() as tx:
            if tx.sandbox(sandbox) is not None:
                self._save_plans(tx, sandbox, ())

    def take_planned(self, tx: Transaction, sandbox: str, preferences: Preferences, provider: str) -> Verdict | None:
        """How this case of that provider is planned to end, which uses the plan up; None: nothing is planned."""
        for place, planned in enumerate(preferences.planned):
            if planned.provider in (None, provider):
                rest = (replace(planned, times=planned.times - 1),) if planned.times > 1 else ()
                plans = preferences.planned[:place] + rest + preferences.planned[place + 1 :]
                self._save_plans(tx, sandbox, plans)
                return Verdict(rule="next outcome", outcome=planned.outcome, failed=planned.failed)
        return None

    def _save_plans(self, tx: Transaction, sandbox: str, plans: Sequence[Planned]) -> None:
        settings = json.loads((tx.sandbox(sandbox) or Sandbox()).settings)
        settings["planned"] = [asdict(planned) for planned in plans]
        kept = {name: value for name, value in settings.items() if value != []}
        tx.save_sandbox_settings(sandbox, json.dumps(kept))

    def reset(self, sandbox: str) -> None:
        """Leave a newborn sandbox; no webhook of its old life starts after this has returned."""
        with self.store.transaction() as tx:
            tx.drop_sandbox(sandbox)
        self.under_way.wait_for(sandbox, LONGEST_ATTEMPT)


@lru_cache(maxsize=1024)
def _preferences(defaults: Preferences, text: str) -> Preferences:
    settings = json.loads(text)
    given = {name: READERS[name](value) for name, value in settings.items()}
    return replace(defaults, **given)


READERS: dict[str, Any] = {
    "delay": lambda seconds: timedelta(seconds=seconds),
    "webhook_url": str,
    "retry": parse_retry,
    "seed": int,
    "default_outcome": Outcome,
    "planned": lambda plans: tuple(Planned(**{**p, "outcome": Outcome(p["outcome"])}) for p in plans),
}
