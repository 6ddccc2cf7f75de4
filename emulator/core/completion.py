"""Take every case that is due its next step: work on it starts, then it ends and its webhook is born."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from emulator.core.clock import Clock
from emulator.core.deliveries import Delivery, DeliveryState, Letter, Silence, without_password
from emulator.core.model import Case, Outcome, Preferences, State
from emulator.core.outcomes import Verdict, decide
from emulator.core.people import People
from emulator.core.ports import Ending, Store, Transaction

log = logging.getLogger("emulator.cases")
BATCH = 100


@dataclass(frozen=True, kw_only=True)
class Completion:
    """Moves cases on when their time has come."""

    store: Store
    clock: Clock
    preferences: Preferences
    endings: Mapping[str, Ending]
    wake: Callable[[datetime], None]

    def complete_due(self) -> int:
        """Take up to a hundred due cases one step further; say how many there were."""
        with self.store.reading() as read:
            due = read.due_cases(self.clock.now(), BATCH)
        for sandbox, provider, case_id in due:
            self._step_safely(sandbox, provider, case_id)
        return len(due)

    def _step_safely(self, sandbox: str, provider: str, case_id: int) -> None:
        """One case that cannot be completed must not hold up the others."""
        try:
            self._step(sandbox, provider, case_id)
        except Exception:
            log.exception("%s case %s in sandbox %s cannot be completed", provider, case_id, sandbox)
            with self.store.transaction() as tx:
                tx.park_case(sandbox, provider, case_id)

    def _step(self, sandbox: str, provider: str, case_id: int) -> None:
        now = self.clock.now()
        with self.store.transaction() as tx:
            case = tx.case(sandbox, provider, case_id, now)
            if case is None or case.due_at is None or case.due_at > now:
                return  # reset, expired or moved on since it was listed
            if case.state is State.OPEN:
                tx.save_case(replace(case, state=State.PROCESSING, due_at=case.finish_at, updated_at=now))
                return
            self._finish(tx, case, decide(case.client.name), now)
        self.wake(now)

    def _finish(self, tx: Transaction, case: Case, verdict: Verdict, now: datetime) -> None:
        ending = self.endings[case.provider]
        done = ending.conclude(_ended(case, verdict, now), verdict, self._people(case, "case"))
        tx.save_case(done)
        event_id = self._people(case, "event").uuid("id")
        letter = ending.letter(done, self.preferences, event_id)
        _tell(done, letter)
        if isinstance(letter, Letter):
            tx.add_delivery(_delivery(done, letter, event_id, now))
        if done.retention_days == 0 and (isinstance(letter, Silence) or letter.url is None):
            tx.expire_case(done.sandbox, done.provider, done.id, now)

    def _people(self, case: Case, what: str) -> People:
        # The moment of creation is part of the key, so that the first case of the next start is another
        # event: a receiver that remembers event ids must not take it for a repetition.
        born = int(case.created_at.timestamp() * 1_000_000)
        key = f"{case.provider}/{case.id}/{born}/{what}"
        return People(seed=self.preferences.seed, sandbox=case.sandbox, key=key)


def _ended(case: Case, verdict: Verdict, now: datetime) -> Case:
    return replace(
        case,
        state=State.FAILED if verdict.failed else State.COMPLETED,
        outcome=Outcome.UNDECIDED if verdict.failed else verdict.outcome,
        rule=verdict.rule,
        due_at=None,
        updated_at=now,
    )


def _delivery(case: Case, letter: Letter, event_id: str, now: datetime) -> Delivery:
    return Delivery(
        id=event_id,
        sandbox=case.sandbox,
        provider=case.provider,
        case_id=case.id,
        event=letter.event,
        url=letter.url,
        headers=letter.headers,
        body=letter.body,
        state=DeliveryState.SCHEDULED if letter.url else DeliveryState.INBOX,
        created_at=now,
        due_at=now if letter.url else None,
    )


def _tell(case: Case, letter: Letter | Silence) -> None:
    what = f"{case.provider} case {case.id} in sandbox {case.sandbox} {case.state}"
    if isinstance(letter, Silence):
        fate = f"no webhook: {letter.reason}"
    else:
        fate = f"webhook to {without_password(letter.url or 'the inbox')}"
    log.info("%s, %s (rule: %s); %s", what, case.outcome, case.rule, fate)
