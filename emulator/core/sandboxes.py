"""Sandboxes: made on first use, with settings of their own, and made newborn again."""

import json
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from emulator.core.clock import WallClock
from emulator.core.errors import Conflict, Unauthorized
from emulator.core.faults import Fault, FaultContext, FaultHit, trigger
from emulator.core.in_flight import InFlight
from emulator.core.model import Decision, Sandbox
from emulator.core.ports import ProviderRules, Reading, Store, Transaction
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_clock import SandboxClock
from emulator.core.sandbox_settings import SandboxSettings, changed_settings, read_sandbox_settings

log = logging.getLogger("emulator.sandboxes")
MOST_SANDBOXES = 10_000
LONGEST_ATTEMPT = 15.0  # seconds, and some more: an attempt ends after ten


@dataclass(frozen=True, kw_only=True)
class Sandboxes:
    """What is true of a sandbox as a whole."""

    store: Store
    clock: WallClock
    defaults: SandboxSettings
    provider_rules: Mapping[str, ProviderRules]
    in_flight: InFlight
    # Whatever else is remembered of a sandbox; the journal may stay.
    forget: Callable[[str, bool], None] = lambda sandbox, journal_too: None
    # Whose requests have to be looked at before they are served: faults are planned there, or the key may expire.
    watched: set[str] = field(default_factory=set)

    def enter(self, tx: Transaction, sandbox: str) -> tuple[SandboxSettings, SandboxClock]:
        """How the sandbox behaves, and its clock; it is made when this is its first use."""
        found = tx.sandbox(sandbox)
        if found is None:
            self._add(tx, sandbox, self.clock.now())
            found = Sandbox()
        return read_sandbox_settings(self.defaults, found.settings), found.clock

    def settings(self, read: Reading, sandbox: str) -> SandboxSettings:
        """How the sandbox behaves, or would if it were used."""
        return read_sandbox_settings(self.defaults, (read.sandbox(sandbox) or Sandbox()).settings)

    def now(self, read: Reading, sandbox: str) -> datetime:
        """The time in the sandbox."""
        return (read.sandbox(sandbox) or Sandbox()).clock.now(self.clock.now())

    def wall_time_of(self, read: Reading, sandbox: str, moment: datetime) -> datetime | None:
        """When the sandbox's clock will read that moment by itself; None: never."""
        clock = (read.sandbox(sandbox) or Sandbox()).clock
        return clock.wall_time_of(moment, self.clock.now())

    def _add(self, tx: Transaction, sandbox: str, now: datetime) -> None:
        newborns = [(name, rules.newborn) for name, rules in self.provider_rules.items()]
        tx.add_sandbox(sandbox, newborns, now)
        if dropped := tx.drop_idle_sandboxes(sandbox, MOST_SANDBOXES):
            log.warning("more than %d sandboxes: dropped the %d longest idle", MOST_SANDBOXES, dropped)

    def names(self) -> Sequence[str]:
        """Every sandbox that was used, in the order of their names."""
        with self.store.reading() as read:
            return read.sandbox_names()

    def look(self, sandbox: str) -> tuple[bool, SandboxSettings, Mapping[str, Any]]:
        """Was it used, how does it behave, and what of that was set for it alone?"""
        with self.store.reading() as read:
            found = read.sandbox(sandbox)
        text = found.settings if found else "{}"
        return found is not None, read_sandbox_settings(self.defaults, text), json.loads(text)

    def create(self, sandbox: str, changes: Mapping[str, Any]) -> None:
        """A newborn with those settings; raises Conflict when there is one of that name."""
        with self.store.transaction() as tx:
            if tx.knows_sandbox(sandbox):
                raise Conflict(f"there is a sandbox {sandbox} already: change it, or reset it")
            self._set(tx, sandbox, changes)

    def change(self, sandbox: str, changes: Mapping[str, Any]) -> None:
        """Set some of what `Preferences` holds; None returns to the default."""
        with self.store.transaction() as tx:
            self._set(tx, sandbox, changes)

    def _set(self, tx: Transaction, sandbox: str, changes: Mapping[str, Any]) -> None:
        _, clock = self.enter(tx, sandbox)
        if "integration" in changes:  # the key's life begins anew
            is_test = changes["integration"] == "test"
            changes = {**changes, "key_since": clock.now(self.clock.now()) if is_test else None}
        self.save(tx, sandbox, **changes)

    def save(self, tx: Transaction, sandbox: str, **changes: Any) -> None:
        """Write some settings of a sandbox that is there."""
        text = changed_settings((tx.sandbox(sandbox) or Sandbox()).settings, changes)
        tx.save_sandbox_settings(sandbox, text)
        self.watch(sandbox, text)

    def watch(self, sandbox: str, text: str) -> None:
        """Look at its requests from now on, if these settings ask for that."""
        settings = read_sandbox_settings(self.defaults, text)
        if settings.faults or settings.key_since:
            self.watched.add(sandbox)

    def watch_all(self) -> None:
        """Find out, at the start, which sandboxes have to be looked at."""
        with self.store.reading() as read:
            for name, text in read.changed_sandboxes():
                self.watch(name, text)

    def take_queued_outcome(
        self, tx: Transaction, sandbox: str, settings: SandboxSettings, provider: str
    ) -> Decision | None:
        """How this case of that provider is planned to end, which uses the plan up; None: nothing is planned."""
        for place, queued in enumerate(settings.queued):
            if queued.provider in (None, provider):
                rest = (queued.once_less(),) if queued.times > 1 else ()
                self.save(tx, sandbox, planned=settings.queued[:place] + rest + settings.queued[place + 1 :])
                return queued.decision
        return None

    def trigger(
        self,
        tx: Transaction,
        sandbox: str,
        kinds: Collection[str],
        context: FaultContext,
        exclusive: Collection[str] = (),
    ) -> Sequence[FaultHit]:
        """The faults of these kinds that strike now, which uses them up; of those in `one_of` only the first."""
        settings = self.settings(tx, sandbox)
        wanted = [fault for fault in settings.faults if fault.kind in kinds]
        if not wanted:
            return ()

        def random(key: str) -> SeededRandom:
            return SeededRandom(seed=settings.seed, sandbox=sandbox, key=key)

        hits, after = trigger(wanted, context, self.clock.now(), random, exclusive)
        if after != wanted:
            self.save(tx, sandbox, faults=_replaced(settings.faults, wanted, after))
        return hits

    def admit(
        self, sandbox: str, kinds: Collection[str], context: FaultContext, exclusive: Collection[str]
    ) -> Sequence[FaultHit]:
        """What strikes a request to a watched sandbox; raises Unauthorized when its key has expired."""
        with self.store.transaction() as tx:
            found = tx.sandbox(sandbox) or Sandbox()
            settings = read_sandbox_settings(self.defaults, found.settings)
            if not settings.faults and not settings.key_since:
                self.watched.discard(sandbox)
            if settings.has_expired_key(found.clock.now(self.clock.now())):
                raise Unauthorized
            return self.trigger(tx, sandbox, kinds, context, exclusive)

    def reset(self, sandbox: str) -> None:
        """Leave a newborn sandbox; no webhook of its old life starts after this has returned."""
        with self.store.transaction() as tx:
            tx.drop_sandbox(sandbox)
            self.watched.discard(sandbox)
        self.forget(sandbox, True)
        self.in_flight.wait_for(sandbox, LONGEST_ATTEMPT)


def _replaced(faults: Sequence[Fault], before: Sequence[Fault], after: Sequence[Fault]) -> tuple[Fault, ...]:
    """All faults in their order, with those that were looked at as they are now."""
    now = {fault.id: fault for fault in after}
    gone = {fault.id for fault in before} - now.keys()
    return tuple(now.get(fault.id, fault) for fault in faults if fault.id not in gone)
