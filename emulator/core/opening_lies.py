"""Faults by which a case is refused, told or stored otherwise than it should be, and by which anybody is let in."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, TypeVar

from emulator.core.deviation import Strikes
from emulator.core.errors import RefusedThoughValid
from emulator.core.faults import FaultHit, FaultKind, Side, setting
from emulator.core.model import Case, CaseFilter, Client, NewCase
from emulator.core.ports import Transaction
from emulator.core.sandbox_view import SandboxView
from emulator.quick_dataclass import dataclass

When = TypeVar("When")
REFUSED, FOREIGN_ID, NO_REUSE, ONE_CLIENT, NEVER_ENDS = LIES = (
    "refused_though_valid",
    "foreign_case_id",
    "no_reuse",
    "one_client",
    "never_ends",
)


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


@dataclass(frozen=True, kw_only=True)
class TokenEndsEarly:
    """An access token that is issued now is refused from its second request on, as if it had expired."""

    kind: ClassVar[str] = "token_ends_early"
    side: ClassVar[Side] = Side.API
    first: bool = setting(False, "whether only the first token that a sandbox has is refused")


@dataclass(frozen=True, kw_only=True)
class TokenOutlives:
    """An access token that is issued now is accepted for a hundred years after its end."""

    kind: ClassVar[str] = "token_outlives"
    side: ClassVar[Side] = Side.API


@dataclass(frozen=True, kw_only=True)
class ChangeForgotten:
    """A change of a case is answered as if it had been made, and is not made."""

    kind: ClassVar[str] = "change_forgotten"
    side: ClassVar[Side] = Side.API


OPENING_FAULT_KINDS: tuple[type[FaultKind], ...] = (
    OpeningLie,
    AnyCredential,
    TokenEndsEarly,
    TokenOutlives,
    ChangeForgotten,
)


@dataclass(frozen=True, slots=True)
class OpeningLies:
    """The lies that triggered for one new case, by what they do; each counts where it makes a difference."""

    hits: Mapping[str, FaultHit]
    strikes: Strikes

    @property
    def names(self) -> Sequence[str]:
        """The names of the faults that triggered."""
        return [hit.fault.name for hit in self.hits.values()]

    def claimed(
        self, tx: Transaction, view: SandboxView, order: NewCase, known: Client | None
    ) -> tuple[NewCase, Client | None]:
        """Return the order, and the client that it is said to have, given the known one if there is one."""
        if not self.hits or order.client.id is not None or order.client.fresh is None:
            return order, known
        if self._strikes(NO_REUSE, if_so=known):
            return replace(order, client=replace(order.client, reuse_key=None)), None
        other = _client_of_another(tx, view, order) if ONE_CLIENT in self.hits and not known else None
        if self._strikes(ONE_CLIENT, if_so=other):
            return replace(order, client=replace(order.client, updates=False)), other
        return order, known

    def refuse(self) -> None:
        """Raise RefusedThoughValid where that is one of the lies."""
        if self._strikes(REFUSED):
            raise RefusedThoughValid

    def scheduled(self, due: When | None, case: tuple[str, str, int]) -> When | None:
        """Return when a case is to end: never, where that is one of the lies. `case` is sandbox, provider and id."""
        return None if self._strikes(NEVER_ENDS, if_so=due is not None, about=case) else due

    def shown(self, tx: Transaction, view: SandboxView, case: Case) -> Case | None:
        """Return what the answer shows in place of the case, if anything."""
        return _another_case_id(tx, view, case) if self._strikes(FOREIGN_ID) else None

    def _strikes(self, how: str, *, if_so: object = True, about: object = None) -> bool:
        """Return whether that lie triggered and makes a difference, and count it."""
        strikes = how in self.hits and bool(if_so)
        if strikes:
            self.strikes.note(OpeningLie.kind, about)
        return strikes


NO_LIES = OpeningLies({}, Strikes())


def lies_of(hits: Sequence[FaultHit], strikes: Strikes) -> OpeningLies:
    """Return the lies that triggered, by what they do."""
    return OpeningLies({str(hit.fault.how): hit for hit in hits}, strikes)


def _another_case_id(tx: Transaction, view: SandboxView, case: Case) -> Case:
    """Return the case with the id of the newest other one of the sandbox; without another, with the next id."""
    others = tx.list_cases(case.sandbox, case.provider, CaseFilter(archived=None), view.now, offset=0, limit=2)
    ids = [other.id for other in others if other.id != case.id]
    return replace(case, id=ids[0] if ids else case.id + 1)


def _client_of_another(tx: Transaction, view: SandboxView, order: NewCase) -> Client | None:
    """Return the client of the newest case, if it has another reference than the client of this order."""
    cases = tx.list_cases(order.sandbox, order.provider, CaseFilter(archived=None), view.now, offset=0, limit=1)
    mine = order.client.reuse_key
    if not cases or mine is None or cases[0].client.external_id in (None, mine):
        return None
    return cases[0].client
