"""Lists by outcome, and of cases by webhook: an index holds the cases of each pair of the two by their ids."""

from collections.abc import Iterable, Sequence

from emulator.core.case_file import CheckFilter
from emulator.core.model import CaseFilter, Outcome
from emulator.store import rows


def pairs_of(query: CaseFilter) -> Sequence[rows.Params] | None:
    """Return outcome and webhook of each pair that the filter means; None for a filter that needs more than these."""
    if query.archived is not False or query.client_id is not None or query.external_id is not None:
        return None
    if query.outcomes is None and query.has_webhook is None:
        return None
    outcomes: Iterable[Outcome | None] = (*Outcome, None) if query.outcomes is None else query.outcomes
    flags = (0, 1) if query.has_webhook is None else (int(query.has_webhook),)
    return [{"outcome": outcome or "", "has_webhook": flag} for outcome in outcomes for flag in flags]


def is_by_outcome_alone(query: CheckFilter) -> bool:
    """Return whether the filter of checks asks for outcomes and nothing else."""
    return query.outcomes is not None and query == CheckFilter(outcomes=query.outcomes)
