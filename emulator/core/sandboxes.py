"""Sandboxes: made on first use, with settings of their own, and made newborn again."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from emulator.core.clock import WallClock
from emulator.core.errors import Conflict, Unauthorized
from emulator.core.faults import Fault, FaultContext, FaultHit, trigger
from emulator.core.in_flight import InFlight
from emulator.core.model import Decision, Sandbox
from emulator.core.ports import ProviderRules, Reading, Store, Transaction
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_settings import SandboxSettings, changed_settings, read_sandbox_settings
from emulator.core.sandbox_view import SandboxView

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

    def view(self, read: Reading, name: str) -> SandboxView:
        """Read the sandbox; do it once a transaction and hand the view on."""
        return self.view_of(name, read.sandbox(name))

    def view_of(self, name: str, found: Sandbox | None) -> SandboxView:
        """Return the view of a sandbox that was read already; None: nobody used it yet."""
        kept = found or Sandbox()
        return SandboxView(
            name=name,
            is_used=found is not None,
            born=kept.born,
            settings=read_sandbox_settings(self.defaults, kept.settings),
            stored_settings=kept.settings,
            clock=kept.clock,
            advancing=kept.advancing,
            wall=self.clock.now(),
            provider_rules=self.provider_rules,
        )

    def enter(self, tx: Transaction, name: str) -> SandboxView:
        """Read the sandbox, which is made when this is its first use."""
        view = self.view(tx, name)
        return view if view.is_used else self._add(tx, view)

    def _add(self, tx: Transaction, view: SandboxView) -> SandboxView:
        newborns = [(provider, rules.newborn) for provider, rules in self.provider_rules.items()]
        tx.add_sandbox(view.name, newborns, view.wall)
        if dropped := tx.drop_idle_sandboxes(view.name, MOST_SANDBOXES):
            log.warning("more than %d sandboxes: dropped the %d longest idle", MOST_SANDBOXES, dropped)
        return replace(view, is_used=True)

    def names(self) -> Sequence[str]:
        """Return the names of all sandboxes that were used, sorted."""
        with self.store.reading() as read:
            return read.sandbox_names()

    def look(self, name: str) -> SandboxView:
        """Read the sandbox by itself."""
        with self.store.reading() as read:
            return self.view(read, name)

    def create(self, name: str, changes: Mapping[str, Any]) -> None:
        """Make a sandbox with those settings; raises Conflict when there is one of that name."""
        with self.store.transaction() as tx:
            view = self.view(tx, name)
            if view.is_used:
                raise Conflict(f"there is a sandbox {name} already: change it, or reset it")
            self._set(tx, self._add(tx, view), changes)

    def change(self, name: str, changes: Mapping[str, Any]) -> None:
        """Set some of what `SandboxSettings` holds; None returns to the default."""
        with self.store.transaction() as tx:
            self._set(tx, self.enter(tx, name), changes)

    def _set(self, tx: Transaction, view: SandboxView, changes: Mapping[str, Any]) -> None:
        if "integration" in changes:  # the key's life begins anew
            changes = {**changes, "key_since": view.now if changes["integration"] == "test" else None}
        self.save(tx, view, **changes)

    def save(self, tx: Transaction, view: SandboxView, **changes: Any) -> SandboxView:
        """Write some settings of a sandbox that is there; the view returned has them."""
        text = changed_settings(view.stored_settings, changes)
        tx.save_sandbox_settings(view.name, text)
        self.watch(view.name, text)
        return replace(view, stored_settings=text, settings=read_sandbox_settings(self.defaults, text))

    def watch(self, name: str, text: str) -> None:
        """Look at the sandbox's requests from now on, if these settings ask for that."""
        settings = read_sandbox_settings(self.defaults, text)
        if settings.faults or settings.key_since:
            self.watched.add(name)

    def watch_all(self) -> None:
        """Find out, at the start, which sandboxes have to be looked at."""
        with self.store.reading() as read:
            for name, text in read.changed_sandboxes():
                self.watch(name, text)

    def take_queued_outcome(
        self, tx: Transaction, view: SandboxView, provider: str
    ) -> tuple[SandboxView, Decision | None]:
        """Take the next outcome that is queued for that provider; None: there is none."""
        queue = view.settings.queued
        for place, queued in enumerate(queue):
            if queued.provider in (None, provider):
                rest = (queued.once_less(),) if queued.times > 1 else ()
                view = self.save(tx, view, planned=queue[:place] + rest + queue[place + 1 :])
                return view, queued.decision
        return view, None

    def trigger(
        self,
        tx: Transaction,
        view: SandboxView,
        kinds: Collection[str],
        context: FaultContext,
        exclusive: Collection[str] = (),
    ) -> Sequence[FaultHit]:
        """Return the faults of these kinds that trigger, which uses them up; of the `exclusive` ones at most one."""
        wanted = [fault for fault in view.settings.faults if fault.kind in kinds]
        if not wanted:
            return ()

        def random(key: str) -> SeededRandom:
            return SeededRandom(seed=view.settings.seed, sandbox=view.name, key=key)

        hits, after = trigger(wanted, context, view.wall, random, exclusive)
        if after != wanted:
            self.save(tx, view, faults=_replaced(view.settings.faults, wanted, after))
        return hits

    def admit(
        self, name: str, kinds: Collection[str], context: FaultContext, exclusive: Collection[str]
    ) -> Sequence[FaultHit]:
        """Return what triggers on a request to a watched sandbox; raises Unauthorized when its key has expired."""
        with self.store.transaction() as tx:
            view = self.view(tx, name)
            if not view.settings.faults and not view.settings.key_since:
                self.watched.discard(name)
            if view.settings.has_expired_key(view.now):
                raise Unauthorized
            return self.trigger(tx, view, kinds, context, exclusive)

    def reset(self, name: str) -> None:
        """Leave a newborn sandbox; no webhook of its old life starts after this has returned."""
        with self.store.transaction() as tx:
            tx.drop_sandbox(name)
            self.watched.discard(name)
        self.forget(name, True)
        self.in_flight.wait_for(name, LONGEST_ATTEMPT)


def _replaced(faults: Sequence[Fault], before: Sequence[Fault], after: Sequence[Fault]) -> tuple[Fault, ...]:
    """Return all faults in their order, with those that were looked at as they are now."""
    now = {fault.id: fault for fault in after}
    gone = {fault.id for fault in before} - now.keys()
    return tuple(now.get(fault.id, fault) for fault in faults if fault.id not in gone)
