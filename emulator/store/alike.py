"""Lists that an index walks: of cases by outcome, webhook or reference, and of checks by outcome, kind or risk.

The index holds the rows of each outcome (and of cases each webhook or none) by their ids, and what else is compared.
"""

from collections.abc import Collection, Iterable, Sequence

from emulator.core.case_file import CheckFilter
from emulator.core.model import CaseFilter, Outcome
from emulator.store import rows
from emulator.store.connection import Connection
from emulator.store.named_queries import NamedQueries

EVERY: Collection[Outcome | None] = (*Outcome, None)


def pairs_of(query: CaseFilter) -> Sequence[rows.Params] | None:
    """Return outcome and webhook of each pair that the filter means; None for a filter that needs more than these."""
    if query.client_id is not None:
        return None
    is_of_present = query.archived is False and (query.outcomes is not None or query.has_webhook is not None)
    if query.external_id is None and not is_of_present:
        return None
    outcomes = EVERY if query.outcomes is None else query.outcomes
    flags = (0, 1) if query.has_webhook is None else (int(query.has_webhook),)
    return _pairs(outcomes, flags)


def _pairs(outcomes: Iterable[Outcome | None], flags: Sequence[int]) -> Sequence[rows.Params]:
    return [{"outcome": outcome or "", "has_webhook": flag} for outcome in outcomes for flag in flags]


EVERY_PAIR = _pairs(EVERY, (0, 1))


def count_alike(ask: NamedQueries, db: Connection, params: rows.Params, pairs: Sequence[rows.Params]) -> int:
    """Return the number of cases of these pairs that are not hidden, and have the reference if one is given.

    Without one the others are counted where they are fewer, as in a sandbox in which all cases have one outcome.
    """
    if params["external_id"] is not None:
        return sum(int(ask.count_alike_of_reference(db, **{**params, **pair})) for pair in pairs)
    others = [pair for pair in EVERY_PAIR if pair not in pairs]
    every = int(ask.count_all_cases(db, **params))
    few = every // 2
    if sum(int(ask.count_some_alike(db, **{**params, **pair, "most": few})) for pair in others) < few:
        return every - _count(ask, db, params, others)
    return _count(ask, db, params, pairs)


def _count(ask: NamedQueries, db: Connection, params: rows.Params, pairs: Sequence[rows.Params]) -> int:
    return sum(int(ask.count_alike(db, **{**params, **pair})) for pair in pairs)


def outcomes_of(query: CheckFilter) -> Collection[Outcome | None] | None:
    """Return the outcomes that a filter of checks means; None for one that asks for all checks, or those of a case."""
    if query.case_id is not None or query == CheckFilter():
        return None
    return EVERY if query.outcomes is None else query.outcomes
