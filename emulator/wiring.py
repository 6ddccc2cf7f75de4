"""Wire the use cases to a store, a clock and a sender."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypedDict

from emulator.core.access_tokens import AccessTokens
from emulator.core.case_changes import CaseChanges
from emulator.core.cases import Cases
from emulator.core.checks import Checks
from emulator.core.clients import Clients
from emulator.core.clock import WallClock
from emulator.core.clock_history import ClockHistory
from emulator.core.completion import Completion
from emulator.core.delivery_queries import DeliveryQueries
from emulator.core.deviation import Strikes
from emulator.core.direct_sending import DirectSending
from emulator.core.documents import Documents
from emulator.core.early_completion import EarlyCompletion
from emulator.core.in_flight import InFlight
from emulator.core.journal import Journal
from emulator.core.outbox import Outbox
from emulator.core.planning import Planning
from emulator.core.ports import ProviderRules
from emulator.core.randomness import fresh_secret
from emulator.core.reruns import Reruns
from emulator.core.sandbox_settings import SandboxSettings
from emulator.core.sandboxes import Sandboxes
from emulator.core.signals import SandboxSignals, shared_signals
from emulator.core.snapshots import Snapshots
from emulator.core.time_machine import TimeMachine
from emulator.delivery.lazy_sender import LazySender
from emulator.delivery.scheduler import Alarm, Scheduler
from emulator.delivery.targets import Targets
from emulator.quick_dataclass import dataclass
from emulator.server.loop_health import LoopHealth
from emulator.store.opening import AnyStore
from emulator.version import VERSION
from emulator.web.journalling import write_attempt
from emulator.web.request_faults import REQUEST_KINDS
from emulator.web.wait_slots import WaitSlots


@dataclass(frozen=True, kw_only=True)
class Core:
    """The wired use cases; each provider enters its own into `provider_rules`, which is empty at first."""

    store: AnyStore
    link_secret: str
    clock: WallClock
    provider_rules: dict[str, ProviderRules]
    sandboxes: Sandboxes
    journal: Journal
    wait_slots: WaitSlots
    completion: Completion
    deliveries: DeliveryQueries
    direct_sending: DirectSending
    planning: Planning
    cases: Cases
    clients: Clients
    checks: Checks
    documents: Documents
    reruns: Reruns
    access_tokens: AccessTokens
    case_changes: CaseChanges
    time_machine: TimeMachine
    snapshots: Snapshots
    scheduler: Scheduler
    loop_health: LoopHealth
    hurry: Callable[[], None]  # lets attempts in flight end soon

    def begin_stop(self) -> None:
        """Answer the requests that wait, and start no attempt any more."""
        self.scheduler.begin_stop()
        self.hurry()
        self.completion.news.close()
        self.planning.faults_cleared.close()


class _StoreParts(TypedDict):
    """What every use case is made of."""

    store: AnyStore
    clock: WallClock


class _StepParts(_StoreParts):
    """What a use case is made of that takes the steps of cases."""

    sandboxes: Sandboxes
    wake: Callable[[datetime], None]


class _FurtherUseCases(TypedDict):
    """The use cases beside those of a case itself, by their names in Core."""

    clients: Clients
    checks: Checks
    documents: Documents
    direct_sending: DirectSending
    reruns: Reruns
    access_tokens: AccessTokens
    case_changes: CaseChanges


def wire(defaults: SandboxSettings, store: AnyStore, targets: Targets, strikes: Strikes) -> Core:
    """Return the use cases of an emulator, with no thread running yet; `defaults` are those of every new sandbox."""
    clock, alarm, wait_slots = _clock_after(store), Alarm(), WaitSlots()
    journal = store.open_journal(strikes.keep if strikes.kinds else None)
    store_parts: _StoreParts = {"store": store, "clock": clock}
    provider_rules: dict[str, ProviderRules] = {}
    (news, faults_cleared), in_flight = shared_signals(store), InFlight()
    history = store.open_clock_history()
    sandboxes = Sandboxes(
        **store_parts,
        defaults=defaults,
        provider_rules=provider_rules,
        in_flight=in_flight,
        forget=partial(_forget, journal, history, faults_cleared),
        watches_all=any(fault.kind in REQUEST_KINDS for fault in defaults.standing),
        strikes=strikes,
        history=history,
    )
    sender = LazySender(targets, clock, f"case-emulator/{VERSION}", in_flight.turns.away, strikes.note)
    step_parts: _StepParts = {**store_parts, "sandboxes": sandboxes, "wake": alarm.wake}
    note = partial(write_attempt, journal, clock)
    outbox = Outbox(**step_parts, sender=sender, owner=store.owner, note=note, news=news)
    completion = Completion(**step_parts, news=news)
    deliveries = DeliveryQueries(**store_parts, news=news, wake=alarm.wake, sandboxes=sandboxes)
    time_machine = TimeMachine(**step_parts, completion=completion, outbox=outbox)
    cases = Cases(**step_parts, complete_early=_early_completion(completion, deliveries, wait_slots))
    return Core(
        **store_parts,
        link_secret=_link_secret(store),
        provider_rules=provider_rules,
        sandboxes=sandboxes,
        journal=journal,
        wait_slots=wait_slots,
        completion=completion,
        deliveries=deliveries,
        planning=Planning(sandboxes=sandboxes, faults_cleared=faults_cleared),
        cases=cases,
        **_further_use_cases(cases, _direct_sending(outbox, targets)),
        time_machine=time_machine,
        snapshots=Snapshots(**step_parts),
        scheduler=_scheduler(time_machine, alarm),
        loop_health=LoopHealth(),
        hurry=sender.hurry,
    )


def _scheduler(time_machine: TimeMachine, alarm: Alarm) -> Scheduler:
    return Scheduler(
        store=time_machine.store,
        clock=time_machine.clock,
        completion=time_machine.completion,
        outbox=time_machine.outbox,
        alarm=alarm,
        finish_advances=time_machine.finish,
    )


def _forget(
    journal: Journal, history: ClockHistory, faults_cleared: SandboxSignals, sandbox: str, journal_too: bool
) -> None:
    if journal_too:
        journal.forget(sandbox)
        history.forget(sandbox)
    faults_cleared.send(sandbox)


def _early_completion(completion: Completion, deliveries: DeliveryQueries, wait_slots: WaitSlots) -> EarlyCompletion:
    return EarlyCompletion(completion=completion, deliveries=deliveries, take_slot=wait_slots.try_to_take_late)


def _direct_sending(outbox: Outbox, targets: Targets) -> DirectSending:
    return DirectSending(
        store=outbox.store,
        clock=outbox.clock,
        sandboxes=outbox.sandboxes,
        sender=outbox.sender,
        find_obstacle=partial(_find_obstacle, targets),
        note=outbox.note,
    )


def _find_obstacle(targets: Targets, url: str) -> str | None:
    from emulator.delivery.reachability import find_obstacle  # slow to import

    return find_obstacle(targets, url)


def _further_use_cases(cases: Cases, direct_sending: DirectSending) -> _FurtherUseCases:
    """Return the use cases beside those of a case itself: its client, checks, documents, reruns and changes."""
    store, sandboxes = cases.store, cases.sandboxes
    return {
        "clients": Clients(store=store, sandboxes=sandboxes),
        "checks": Checks(store=store, sandboxes=sandboxes, cases=cases),
        "documents": Documents(store=store, sandboxes=sandboxes),
        "direct_sending": direct_sending,
        "reruns": Reruns(store=store, sandboxes=sandboxes, cases=cases),
        "access_tokens": AccessTokens(store=store, sandboxes=sandboxes),
        "case_changes": CaseChanges(store=store, sandboxes=sandboxes),
    }


def _link_secret(store: AnyStore) -> str:
    """Return the secret that signs links: the same as long as the database is."""
    with store.transaction() as change:
        return change.secret_or("links", fresh_secret())


def _clock_after(store: AnyStore) -> WallClock:
    """Return a clock that goes on from the latest moment in the store, in case the machine's was set back since."""
    clock = WallClock()
    with store.reading() as read:
        clock.not_before(read.latest_moment())
    return clock
