"""Faults by which a new case is refused, told or stored otherwise than it should be; and by which anybody is let in."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from emulator.core.faults import FaultHit, FaultKind, Side, setting
from emulator.core.model import Case, CaseFilter, Client, NewCase
from emulator.core.ports import Transaction
from emulator.core.sandbox_view import SandboxView

REFUSED, FOREIGN_ID, NO_REUSE, ONE_CLIENT, NEVER_ENDS = LIES = (
    "refused_though_valid",
    "foreign_case_id",
    "no_reuse",
    "one_client",
    "never_ends",
)
Lies = Mapping[str, FaultHit]  # by what they do
NONE: Lies = {}


@dataclass(frozen=True, kw_only=True)
class OpeningLie:
    """A new case is not what it should be, as `how` says.

    It is refused though it is valid, its answer has the id of another case, a known client is not reused, it gets the
    client of another reference, or it never ends.
    """

    kind: ClassVar[str] = "opening_lie"
    side: ClassVar[Side] = Side.API
    how: str = setting(..., "what is wrong", choices=LIES)


@dataclass(frozen=True, kw_only=True)
class AnyCredential:
    """A credential that is wrong or missing is accepted.

    It opens the sandbox that the path names, else the default one, in which the fault has to be planned.
    """

    kind: ClassVar[str] = "any_credential"
    side: ClassVar[Side] = Side.API


OPENING_FAULT_KINDS: tuple[type[FaultKind], ...] = (OpeningLie, AnyCredential)


def another_case_id(tx: Transaction, view: SandboxView, case: Case) -> Case:
    """Return the case with the id of the newest other one of the sandbox; without another, with the next id."""
    others = tx.list_cases(case.sandbox, case.provider, CaseFilter(archived=None), view.now, offset=0, limit=2)
    ids = [other.id for other in others if other.id != case.id]
    return replace(case, id=ids[0] if ids else case.id + 1)


def client_of_another(tx: Transaction, view: SandboxView, order: NewCase) -> Client | None:
    """Return the client of the newest case, if it has another reference than the client of this order."""
    cases = tx.list_cases(order.sandbox, order.provider, CaseFilter(archived=None), view.now, offset=0, limit=1)
    mine = order.client.reuse_key
    if not cases or mine is None or cases[0].client.external_id in (None, mine):
        return None
    return cases[0].client
