"""Plan for a sandbox: outcomes of the next cases, outcome rules, and faults."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Literal, TypeVar

from emulator.core.errors import Conflict, NotFound
from emulator.core.faults import MOST_FAULTS, Fault
from emulator.core.matching import Match
from emulator.core.rules import MOST_RULES, Rule
from emulator.core.sandbox_settings import QueuedOutcome, SandboxSettings
from emulator.core.sandboxes import Sandboxes
from emulator.core.signals import SandboxSignals
from emulator.quick_dataclass import dataclass

T = TypeVar("T", Rule, Fault)
Planned = Literal["rules", "faults"]  # the fields of `SandboxSettings` that hold them
Change = Mapping[str, object]  # new values by the names that the store uses


@dataclass(frozen=True, kw_only=True)
class Planning:
    """Adds and removes queued outcomes, outcome rules and faults."""

    sandboxes: Sandboxes
    faults_cleared: SandboxSignals

    def read(self, sandbox: str) -> SandboxSettings:
        """Return the settings of the sandbox with all that is planned; expired faults are among its faults."""
        return self.sandboxes.look(sandbox).settings

    def faults(self, sandbox: str) -> Sequence[Fault]:
        """Return the faults that have not expired."""
        wall = self.sandboxes.clock.now()
        return [fault for fault in self.read(sandbox).faults if fault.until > wall]

    def queue_outcome(self, sandbox: str, queued: QueuedOutcome, *, first: bool = False) -> None:
        """Queue an outcome for the next cases, after those queued before or, with `first`, ahead of them."""

        def add(settings: SandboxSettings, _: int) -> Change:
            queue = settings.queued
            return {"planned": (queued, *queue) if first else (*queue, queued)}

        self._change(sandbox, add)

    def unqueue_outcome(self, sandbox: str, queued: QueuedOutcome) -> None:
        """Remove the first queued outcome equal to this one."""

        def remove(settings: SandboxSettings, _: int) -> Change:
            queue = list(settings.queued)
            if queued in queue:
                queue.remove(queued)
            return {"planned": tuple(queue)}

        self._change(sandbox, remove, only_if_used=True)

    def forget_queued_outcomes(self, sandbox: str) -> None:
        """Remove all queued outcomes of a sandbox."""
        self._change(sandbox, lambda *_: {"planned": ()}, only_if_used=True)

    def add_rule(self, sandbox: str, make: Callable[[str], Rule]) -> Rule:
        """Add the rule that `make` returns for its id, after the others; raise Conflict when there are 100 already."""
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
        settings: Mapping[str, object],
    ) -> Fault:
        """Add a fault that holds from now on, and return it; raise Conflict when there are 100 already."""
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
        """Remove one rule of the sandbox, or all without an id; raise NotFound."""
        self._remove(sandbox, "rules", "rule", rule_id)

    def remove_faults(self, sandbox: str, fault_id: str | None = None) -> None:
        """Remove one fault of the sandbox, or all without an id, and wake the requests they delay; raise NotFound."""
        self._remove(sandbox, "faults", "fault", fault_id)
        self.faults_cleared.send(sandbox)

    def _add(self, sandbox: str, name: Planned, letter: str, make: Callable[[str], T], most: int) -> T:
        added: list[T] = []

        def add(settings: SandboxSettings, number: int) -> Change:
            present: Sequence[T] = self._unexpired(getattr(settings, name))
            if len(present) >= most:
                raise Conflict(f"there are {most} {name} already: take some back")
            added.append(make(f"{letter}{number}"))
            return {name: (*present, *added), "numbered": number}

        self._change(sandbox, add)
        return added[0]

    def _unexpired(self, items: Sequence[T]) -> Sequence[T]:
        wall = self.sandboxes.clock.now()
        return [item for item in items if not isinstance(item, Fault) or item.until > wall]

    def _remove(self, sandbox: str, name: Planned, noun: str, item_id: str | None) -> None:
        def remove(settings: SandboxSettings, _: int) -> Change:
            items: Sequence[Rule | Fault] = getattr(settings, name)
            if item_id is not None and item_id not in [item.id for item in items]:
                raise NotFound(noun, item_id)
            return {name: tuple(item for item in items if item_id not in (None, item.id))}

        self._change(sandbox, remove, only_if_used=item_id is None)

    def _change(
        self, sandbox: str, change: Callable[[SandboxSettings, int], Change], *, only_if_used: bool = False
    ) -> None:
        """Save what `change` returns for the present settings and the next number for an id.

        With `only_if_used` a sandbox that was never used stays so.
        """
        with self.sandboxes.store.transaction() as tx:
            view = self.sandboxes.view(tx, sandbox)
            if only_if_used and not view.is_used:
                return
            if not view.is_used:
                view = self.sandboxes.enter(tx, sandbox)
            next_number = int(view.own_settings.get("numbered", 0)) + 1
            self.sandboxes.save(tx, view, **change(view.settings, next_number))
