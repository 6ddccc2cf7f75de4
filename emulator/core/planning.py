"""What is planned for a sandbox: how the next cases end, outcome rules, and faults."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from emulator.core.errors import Conflict, NotFound
from emulator.core.faults import MOST_FAULTS, Fault
from emulator.core.matching import Match
from emulator.core.rules import MOST_RULES, Rule
from emulator.core.sandbox_settings import QueuedOutcome, SandboxSettings
from emulator.core.sandboxes import Sandboxes
from emulator.core.signals import SandboxSignals

T = TypeVar("T", Rule, Fault)


@dataclass(frozen=True, kw_only=True)
class Planning:
    """Adds to what is planned, and takes it back."""

    sandboxes: Sandboxes
    faults_cleared: SandboxSignals

    def read(self, sandbox: str) -> SandboxSettings:
        """All that is planned, with faults whose time may be over."""
        return self.sandboxes.look(sandbox).settings

    def faults(self, sandbox: str) -> Sequence[Fault]:
        """The faults that may still strike."""
        wall = self.sandboxes.clock.now()
        return [fault for fault in self.read(sandbox).faults if fault.until > wall]

    def queue_outcome(self, sandbox: str, queued: QueuedOutcome, *, first: bool = False) -> None:
        """Decide how the next cases end; what was planned before comes first, unless this does."""

        def add(settings: SandboxSettings, _: int) -> Mapping[str, Any]:
            there = settings.queued
            return {"planned": (queued, *there) if first else (*there, queued)}

        self._change(sandbox, add)

    def unqueue_outcome(self, sandbox: str, queued: QueuedOutcome) -> None:
        """Of plans like that the first is none any more."""

        def remove(settings: SandboxSettings, _: int) -> Mapping[str, Any]:
            there = list(settings.queued)
            if queued in there:
                there.remove(queued)
            return {"planned": tuple(there)}

        self._change(sandbox, remove, only_if_used=True)

    def forget_queued_outcomes(self, sandbox: str) -> None:
        """Nothing is planned for the next cases any more."""
        self._change(sandbox, lambda *_: {"planned": ()}, only_if_used=True)

    def add_rule(self, sandbox: str, make: Callable[[str], Rule]) -> Rule:
        """A rule after those there are, given its id; raises Conflict when there are too many."""
        return self._add(sandbox, "rules", "r", make, MOST_RULES)

    def add_fault(
        self,
        sandbox: str,
        *,
        kind: str,
        match: Match,
        times: int | None,
        probability: float,
        expires_in: timedelta,
        settings: Mapping[str, Any],
    ) -> Fault:
        """A fault, from now on; raises Conflict when there are too many."""
        until = self.sandboxes.clock.now() + expires_in

        def make(fault_id: str) -> Fault:
            return Fault(
                id=fault_id,
                kind=kind,
                match=match,
                until=until,
                times=times,
                probability=probability,
                settings=json.dumps(settings),
            )

        return self._add(sandbox, "faults", "f", make, MOST_FAULTS)

    def remove_rules(self, sandbox: str, rule_id: str | None = None) -> None:
        """That rule, or all of the sandbox's; raises NotFound."""
        self._remove(sandbox, "rules", "rule", rule_id)

    def remove_faults(self, sandbox: str, fault_id: str | None = None) -> None:
        """That fault, or all of the sandbox's, and whoever is held up by one goes on; raises NotFound."""
        self._remove(sandbox, "faults", "fault", fault_id)
        self.faults_cleared.send(sandbox)

    def _add(self, sandbox: str, name: str, letter: str, make: Callable[[str], T], most: int) -> T:
        added: list[T] = []

        def add(settings: SandboxSettings, number: int) -> Mapping[str, Any]:
            there: Sequence[T] = self._alive(getattr(settings, name))
            if len(there) >= most:
                raise Conflict(f"there are {most} {name} already: take some back")
            added.append(make(f"{letter}{number}"))
            return {name: (*there, *added), "numbered": number}

        self._change(sandbox, add)
        return added[0]

    def _alive(self, there: Sequence[Any]) -> Sequence[Any]:
        wall = self.sandboxes.clock.now()
        return [item for item in there if not isinstance(item, Fault) or item.until > wall]

    def _remove(self, sandbox: str, name: str, what: str, wanted: str | None) -> None:
        def remove(settings: SandboxSettings, _: int) -> Mapping[str, Any]:
            there = getattr(settings, name)
            if wanted is not None and wanted not in [item.id for item in there]:
                raise NotFound(what, wanted)
            return {name: tuple(item for item in there if wanted not in (None, item.id))}

        self._change(sandbox, remove, only_if_used=wanted is None)

    def _change(
        self, sandbox: str, change: Callable[[SandboxSettings, int], Mapping[str, Any]], *, only_if_used: bool = False
    ) -> None:
        """Save what `change` makes of what is planned and the next free number."""
        with self.sandboxes.store.transaction() as tx:
            view = self.sandboxes.view(tx, sandbox)
            if only_if_used and not view.is_used:
                return
            if not view.is_used:
                view = self.sandboxes.enter(tx, sandbox)
            next_number = int(view.own_settings.get("numbered", 0)) + 1
            self.sandboxes.save(tx, view, **change(view.settings, next_number))
