"""Wait for a webhook: as long as wall time takes, or by moving a clock that stands still from moment to moment."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from emulator.control.context import ControlContext
from emulator.control.views import moment
from emulator.core.deliveries import DeliveryFilter, DeliveryReport
from emulator.core.delivery_queries import is_settled
from emulator.core.model import CaseFilter
from emulator.core.time_skip import TimeSkip
from emulator.quick_dataclass import dataclass

MOST_MOMENTS = 1_000  # that one wait goes through
MOST_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class Waited:
    """The webhooks at the end of a wait, and how far the clock was moved; None: time was not to be skipped."""

    reports: Sequence[DeliveryReport]
    failure: str  # what to say if the webhook did not come
    skipped: timedelta | None = None

    @property
    def members(self) -> dict[str, object]:
        """The further keys of the answer: `skipped`, in seconds, if time was to be skipped."""
        return {} if self.skipped is None else {"skipped": self.skipped.total_seconds()}


def wait_for(
    context: ControlContext,
    name: str,
    query: DeliveryFilter,
    seconds: float,
    ends_wait: Callable[[DeliveryReport], bool],
    *,
    skips: bool,
    expects_none: bool,
) -> Waited:
    """Return the webhooks that fit as soon as one ends the wait, nothing more can happen, or the time is over."""
    if skips and TimeSkip(context.time_machine, name).stands_still:
        return _skip(context, name, query, ends_wait)
    if expects_none and context.time_machine.is_at_rest(name):
        seconds = 0.0  # nothing can happen, so waiting would only slow a test down
    reports = context.deliveries.wait(name, query, seconds, ends_wait)
    failure = f"no such delivery was settled within {seconds:g} s{_standstill(context, name)}"
    return Waited(reports=reports, failure=failure)


def _standstill(context: ControlContext, name: str) -> str:
    """Return the end of a sentence: that the clock stands still, and what to do; empty if it runs."""
    if not TimeSkip(context.time_machine, name).stands_still:
        return ""
    due = moment(context.time_machine.next_due(name))
    if due is None:
        return "; the clock stands still, and nothing is due"
    return f"; the clock stands still, and something is due at {due}: advance it, or wait with skip"


def _skip(
    context: ControlContext, name: str, query: DeliveryFilter, ends_wait: Callable[[DeliveryReport], bool]
) -> Waited:
    skip, went = TimeSkip(context.time_machine, name), timedelta()
    for _ in range(MOST_MOMENTS):
        moment = skip.next_moment()  # before the look, so that it finds what somebody else does before this moment
        if any(map(ends_wait, context.deliveries.find(name, query))):
            break
        if moment is None or skip.is_busy:
            if not skip.settle() and moment is None and skip.next_moment() is None:  # it waited for attempts
                break
        else:
            went += skip.to(moment)
    reports = context.deliveries.find(name, query)
    failure = f"no such delivery, and nothing more is due after {went}; {_stuck(context, name, reports)}"
    return Waited(reports=reports, failure=failure, skipped=went)


def _stuck(context: ControlContext, name: str, reports: Sequence[DeliveryReport]) -> str:
    """Name what will not go on by itself: webhooks that were given up, and cases that wait for an order."""
    stuck = [
        f"webhook {report.delivery.id} of {report.delivery.provider} case {report.delivery.case_id} is "
        f"{report.delivery.state} after {len(report.attempts)} attempts"
        for report in reports
        if not is_settled(report)
    ]
    for provider in context.providers:
        cases = context.cases.list(name, provider, CaseFilter(), offset=0, limit=MOST_NAMED)
        stuck += [f"{provider} case {case.id} is {case.state}" for case in cases if not case.has_ended]
    return f"stuck: {', '.join(stuck[:MOST_NAMED])}" if stuck else "no case waits for anything"
