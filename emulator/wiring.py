"""Wire the use cases to a store, a clock and a sender."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypedDict
from urllib.parse import urlsplit

from emulator.core.cases import Cases
from emulator.core.checks import Checks
from emulator.core.clients import Clients
from emulator.core.clock import WallClock
from emulator.core.completion import Completion
from emulator.core.delivery_queries import DeliveryQueries
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
from emulator.core.signals import SandboxSignals, SharedSignal
from emulator.core.snapshots import Snapshots
from emulator.core.time_machine import TimeMachine
from emulator.delivery.lazy_sender import LazySender
from emulator.delivery.scheduler import Alarm, Scheduler
from emulator.delivery.targets import Targets, is_loopback
from emulator.hosts import read_host
from emulator.server.loop_health import LoopHealth
from emulator.server.server_hooks import ServerHooks
from emulator.settings import BadSetting, Settings
from emulator.store.opening import AnyStore
from emulator.version import VERSION
from emulator.web.journalling import write_attempt
from emulator.web.pipeline import Pipeline
from emulator.web.provider import Provider
from emulator.web.quick_requests import LIVE, QuickRequests
from emulator.web.refused_requests import RefusedRequests
from emulator.web.wait_slots import WaitSlots

CLEARED = "cleared "  # before the name of a sandbox


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
    planning: Planning
    cases: Cases
    clients: Clients
    checks: Checks
    documents: Documents
    reruns: Reruns
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


class _Both(TypedDict):
    store: AnyStore
    clock: WallClock


class _Moving(_Both):
    sandboxes: Sandboxes
    wake: Callable[[datetime], None]


class _Around(TypedDict):
    clients: Clients
    checks: Checks
    documents: Documents
    reruns: Reruns


def wire(defaults: SandboxSettings, store: AnyStore, targets: Targets) -> Core:
    """Return the use cases of an emulator, with no thread running yet; `defaults` are those of every new sandbox."""
    clock, alarm, journal, wait_slots = _clock_after(store), Alarm(), store.open_journal(), WaitSlots()
    both: _Both = {"store": store, "clock": clock}
    provider_rules: dict[str, ProviderRules] = {}
    (news, faults_cleared), in_flight = _signals(store), InFlight()
    forget = partial(_forget, journal, faults_cleared)
    sandboxes = Sandboxes(**both, defaults=defaults, provider_rules=provider_rules, in_flight=in_flight, forget=forget)
    sender = LazySender(targets, clock, f"case-emulator/{VERSION}", in_flight.turns.away)
    outbox = Outbox(
        **both,
        sandboxes=sandboxes,
        sender=sender,
        owner=store.owner,
        wake=alarm.wake,
        note=partial(write_attempt, journal, clock),
        news=news,
    )
    moving: _Moving = {**both, "sandboxes": sandboxes, "wake": alarm.wake}
    completion = Completion(**moving, news=news)
    deliveries = DeliveryQueries(**both, news=news, wake=alarm.wake, sandboxes=sandboxes)
    complete_early = EarlyCompletion(
        completion=completion, deliveries=deliveries, take_slot=wait_slots.try_to_take_late
    )
    time_machine = TimeMachine(**moving, completion=completion, outbox=outbox)
    cases = Cases(**moving, complete_early=complete_early)
    return Core(
        **both,
        link_secret=_link_secret(store),
        provider_rules=provider_rules,
        sandboxes=sandboxes,
        journal=journal,
        wait_slots=wait_slots,
        completion=completion,
        deliveries=deliveries,
        planning=Planning(sandboxes=sandboxes, faults_cleared=faults_cleared),
        cases=cases,
        **_around(cases),
        time_machine=time_machine,
        snapshots=Snapshots(**moving),
        scheduler=Scheduler(
            **both, completion=completion, outbox=outbox, alarm=alarm, finish_advances=time_machine.finish
        ),
        loop_health=LoopHealth(),
        hurry=sender.hurry,
    )


def _forget(journal: Journal, faults_cleared: SandboxSignals, sandbox: str, journal_too: bool) -> None:
    if journal_too:
        journal.forget(sandbox)
    faults_cleared.send(sandbox)


def _signals(store: AnyStore) -> tuple[SharedSignal, SandboxSignals]:
    """Return the signals of news and of faults that are cleared, which other processes of the store send as well."""
    news, faults_cleared = SharedSignal(store.tell, "news"), SandboxSignals(lambda name: store.tell(f"{CLEARED}{name}"))

    def hear(word: str) -> None:
        if word.startswith(CLEARED):
            faults_cleared.hear(word.removeprefix(CLEARED))
        else:
            news.hear()

    store.listen(hear)
    return news, faults_cleared


def _around(cases: Cases) -> _Around:
    """Return the use cases of what stands around cases."""
    store, sandboxes = cases.store, cases.sandboxes
    return {
        "clients": Clients(store=store, sandboxes=sandboxes),
        "checks": Checks(store=store, sandboxes=sandboxes, cases=cases),
        "documents": Documents(store=store, sandboxes=sandboxes),
        "reruns": Reruns(store=store, sandboxes=sandboxes, cases=cases),
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


def server_hooks(core: Core, providers: Iterable[Provider], pipeline: Pipeline) -> ServerHooks:
    """Return what our own server is to know: which operations are quick, and where refusals are recorded."""
    refused = RefusedRequests(
        clock=core.clock,
        journal=core.journal,
        request_metrics=pipeline.request_metrics,
        provider_of=pipeline.provider_of,
    )
    # Whoever asks another machine for its answer may wait, and nothing may wait on the loop.
    others = [] if core.store.is_shared else [operation for provider in providers for operation in provider.operations]
    quick = QuickRequests([LIVE, *others])
    return ServerHooks(quick_route=quick.route_of, note=refused.note, clock=core.clock, health=core.loop_health)


def targets_of(settings: Settings, address: str | None, public_url: str, demo_url: str | None = None) -> Targets:
    """Return where webhooks may go; raise BadSetting for a file without an authority.

    `address` is where the emulator listens, `demo_url` the demo's receiver.
    """
    own = {_host_and_port(url) for url in (address, public_url) if url}
    if address:
        own.add((settings.host, _host_and_port(address)[1]))
    named = frozenset(_host_and_port(url) for url in (settings.webhook_url, demo_url) if url)
    return Targets(
        frozenset(settings.allow_target),
        own,
        public=address is not None and not is_loopback(settings.host),
        named=named,
        authorities=_read_authorities(settings.webhook_ca_file),
    )


def _read_authorities(file: Path | None) -> str | bytes | None:
    if file is None:
        return None
    from emulator.delivery.authorities import NoAuthority, read_authorities  # slow to import: it takes ssl

    try:
        return read_authorities(file)
    except NoAuthority as error:
        raise BadSetting(f"--webhook-ca-file {error}") from error


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return _usual_form(parts.hostname or ""), parts.port or (443 if parts.scheme == "https" else 80)


def _usual_form(host: str) -> str:
    """Return the host as targets are compared; one that no URL of a webhook can name, as it is."""
    try:
        return read_host(host)
    except ValueError:
        return host.lower()
