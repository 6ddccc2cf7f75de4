"""Faults by which the emulator tells something that is not so: of how a case ended, or of which case ended."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from emulator.core.deliveries import Delivery
from emulator.core.faults import Fault, FaultContext, FaultHit, Side, setting, trigger
from emulator.core.model import Case, Decision, Outcome
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_view import SandboxView
from emulator.quick_dataclass import dataclass

OUTCOMES = tuple(outcome.value for outcome in Outcome)


class EndingFault:
    """The base of kinds that take effect when a case ends, before its webhook is written."""

    kind: ClassVar[str] = ""
    side: ClassVar[Side] = Side.WEBHOOK

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Return the deliveries unchanged: the fault took effect when the webhook was rendered."""
        return deliveries


@dataclass(frozen=True, kw_only=True)
class ToldOutcome(EndingFault):
    """A case that ends in one way is told, in its webhook and in every read, to have ended in another."""

    kind: ClassVar[str] = "told_outcome"
    of: str = setting("denied", "how it ends", choices=OUTCOMES)
    told: str = setting("approved", "how it is told to end", choices=OUTCOMES)


@dataclass(frozen=True, kw_only=True)
class ToldCase(EndingFault):
    """The webhook is about another case: with its id and reference, or with another reference alone."""

    kind: ClassVar[str] = "told_case"
    how: str = setting("other_case", "what is another", choices=("other_case", "other_reference"))


@dataclass(frozen=True, kw_only=True)
class ClockJump(EndingFault):
    """The sandbox's clock jumps, so that the case ends, and its webhook is sent, so long after it was opened."""

    kind: ClassVar[str] = "clock_jump"
    seconds: float = setting(259_200.0, "at least how long after", low=1, high=365 * 86_400)


ENDING_FAULT_KINDS: tuple[type[EndingFault], ...] = (ToldOutcome, ToldCase, ClockJump)
AT_THE_END = frozenset(kind.kind for kind in ENDING_FAULT_KINDS)


def ending_hits(view: SandboxView, case: Case, context: FaultContext) -> Sequence[FaultHit]:
    """Return the faults that trigger at this end of a case; the caller stores later that they did."""
    faults = [fault for fault in view.settings.all_faults if fault.kind in AT_THE_END]
    if not faults:
        return ()

    def random(key: str) -> SeededRandom:
        return SeededRandom(seed=view.settings.seed, sandbox=view.name, key=key)

    return trigger(faults, context, view.wall, random, ())[0]


def told_decision(fault: Fault, decision: Decision, ended: Case) -> Decision | None:
    """Return the decision that is told in place of this one, None where the fault tells none."""
    if fault.kind != ToldOutcome.kind:
        return None
    lie = ToldOutcome(**json.loads(fault.settings))
    if ended.outcome != lie.of or decision.failed or lie.of == lie.told:
        return None
    return replace(decision, outcome=Outcome(lie.told))


def told_case(fault: Fault, case: Case) -> Case:
    """Return the case that a webhook tells of in place of this one; the same where the fault changes nothing."""
    if fault.kind != ToldCase.kind:
        return case
    client = replace(case.client, external_id=_other(case.client.external_id))
    if fault.how == "other_reference":
        return replace(case, external_id=_other(case.external_id), client=client)
    return replace(case, id=case.id + 1, external_id=_other(case.external_id), client=replace(client, id=client.id + 1))


def _other(reference: str | None) -> str | None:
    return f"{reference}-other" if reference else reference


def jumped(fault: Fault, view: SandboxView, case: Case) -> SandboxView:
    """Return the sandbox with the clock that this fault makes jump, unless the case is old enough."""
    if fault.kind != ClockJump.kind:
        return view
    at = max(view.now, case.created_at + timedelta(seconds=json.loads(fault.settings).get("seconds", 259_200.0)))
    return replace(view, clock=replace(view.clock, at=at, anchor=view.wall))
