"""Lists that an index walks: of cases by outcome, webhook or reference, and of checks by outcome, kind or risk.

The index holds the rows of each outcome (and of cases each webhook or none) by their ids, and what else is compared.
"""

from collections.abc import Collection, Sequence

from emulator.core.case_file import CheckFilter
from emulator.core.model import CaseFilter, Outcome
from emulator.store import rows

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
    return [{"outcome": outcome or "", "has_webhook": flag} for outcome in outcomes for flag in flags]


def outcomes_of(query: CheckFilter) -> Collection[Outcome | None] | None:
    """Return the outcomes that a filter of checks means; None for one that asks for all checks, or those of a case."""
    if query.case_id is not None or query == CheckFilter():
        return None
    return EVERY if query.outcomes is None else query.outcomes
