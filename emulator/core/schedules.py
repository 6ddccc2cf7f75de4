"""When work on a new case begins and ends, and the external id that is drawn for it."""

from dataclasses import replace
from datetime import datetime, timedelta

from emulator.core.model import Decision, NewCase, Schedule, State
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_view import SandboxView

SOON = timedelta(seconds=10)


def drawn_external_id(view: SandboxView, order: NewCase, case_id: int) -> str:
    """Return an external id for a case that needs one and was given none."""
    # With the time of creation, so that case 1 of the next start has another one.
    key = f"{order.provider}/{case_id}/{int(view.now.timestamp() * 1_000_000)}"
    return SeededRandom(seed=view.settings.seed, sandbox=view.name, key=key).uuid("external_id")


def with_delay(decision: Decision, usual: timedelta) -> Decision:
    """Return the decision with how long its case is to take, for one that is started later."""
    delay = decision.delay(usual)
    return replace(decision, takes=delay, ends=delay is not None)


def schedule_of(order: NewCase, decision: Decision, usual: timedelta, now: datetime) -> Schedule | None:
    """Return when work on a new case begins and ends; None where it does not, or not by itself."""
    if not order.finishes or order.state is not State.OPEN:
        return None
    delay = decision.delay(usual)
    return Schedule(starts_at=now + delay / 2, ends_at=now + delay) if delay is not None else None


def ends_soon(view: SandboxView, ends_at: datetime | None) -> bool:
    """Return whether that is due now, or within seconds of wall time: on a clock that stands still it is not."""
    at = view.wall_time_of(ends_at) if ends_at else None
    return at is not None and at - view.wall <= SOON
