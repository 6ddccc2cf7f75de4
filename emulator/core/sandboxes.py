"""Sandboxes: created on first use, configured, and reset."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field, replace

from emulator.core.clock import WallClock
from emulator.core.clock_history import ClockHistory
from emulator.core.deviation import Strikes
from emulator.core.errors import Conflict, TooManySandboxes, Unauthorized
from emulator.core.faults import Fault, FaultContext, FaultHit, trigger
from emulator.core.in_flight import InFlight
from emulator.core.model import Decision, Sandbox
from emulator.core.ports import ProviderRules, Reading, Store, Transaction
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_clock import SandboxClock
from emulator.core.sandbox_settings import SandboxSettings, changed_settings, read_sandbox_settings
from emulator.core.sandbox_view import SandboxView
from emulator.masking import masked_url
from emulator.quick_dataclass import dataclass

log = logging.getLogger("emulator.sandboxes")
MOST_SANDBOXES = 10_000
SEARCH_PAUSE = 1.0  # seconds
LONGEST_ATTEMPT = 15.0  # seconds; an attempt ends after ten
LOOK_AGAIN = 0.02  # seconds, while attempts of other processes are waited for


@dataclass
class EmptySearch:
    """The search for sandboxes to drop, which looks at each: after one in vain there is a pause of a second."""

    _next: float = 0.0

    def run(self, drop: Callable[[], int], stopwatch: float) -> int:
        """Return how many sandboxes were dropped; 0 during the pause."""
        dropped = drop() if stopwatch >= self._next else 0
        if not dropped and stopwatch >= self._next:
            self._next = stopwatch + SEARCH_PAUSE
        return dropped


@dataclass(frozen=True, kw_only=True)
class Sandboxes:
    """The operations on a sandbox as a whole: read, create, change, reset, use up what is planned."""

    store: Store
    clock: WallClock
    defaults: SandboxSettings
    provider_rules: Mapping[str, ProviderRules]
    in_flight: InFlight
    # Forgets what other rooms remember of a sandbox; the flag says whether its journal is included.
    forget: Callable[[str, bool], None] = lambda sandbox, journal_too: None
    # Names of sandboxes with faults or with a key that may expire: their requests have to pass `admit`. Of a store that
    # other processes change, they are asked for at each request instead.
    watched: set[str] = field(default_factory=set)
    watches_all: bool = False  # because a standing fault may apply to any request
    search: EmptySearch = field(default_factory=EmptySearch)
    strikes: Strikes = field(default_factory=Strikes)
    history: ClockHistory = field(default_factory=ClockHistory)

    def view(self, read: Reading, name: str) -> SandboxView:
        """Read a sandbox; do it once a transaction and pass the view on."""
        return self.view_of(name, read.sandbox(name))

    def view_of(self, name: str, found: Sandbox | None) -> SandboxView:
        """Return the view of a sandbox whose row was read already; None stands for one that was never used."""
        stored = found or Sandbox()
        return SandboxView(
            name=name,
            is_used=found is not None,
            born=stored.born,
            settings=read_sandbox_settings(self.defaults, stored.settings),
            stored_settings=stored.settings,
            clock=stored.clock,
            advancing=stored.advancing,
            wall=self.clock.now(),
            provider_rules=self.provider_rules,
        )

    def enter(self, tx: Transaction, name: str) -> SandboxView:
        """Read a sandbox, and create it on its first use."""
        view = self.view(tx, name)
        return view if view.is_used else self._add(tx, view)

    def _add(self, tx: Transaction, view: SandboxView) -> SandboxView:
        newborns = [(provider, rules.newborn) for provider, rules in self.provider_rules.items()]
        self.make_room(tx)
        tx.add_sandbox(view.name, newborns, view.wall)
        return replace(view, is_used=True)

    def make_room(self, tx: Transaction) -> None:
        """Drop some sandboxes without cases if there is no room for another one; raise TooManySandboxes.

        A sandbox with cases is never dropped: whoever may open sandboxes could wipe the others otherwise.
        """
        if tx.count_sandboxes() < MOST_SANDBOXES:
            return
        dropped = self.search.run(tx.drop_empty_sandboxes, self.clock.stopwatch())
        if not dropped:
            raise TooManySandboxes(f"{MOST_SANDBOXES} sandboxes have cases, which is the limit: reset some of them")
        log.warning("%d sandboxes, which is the limit: dropped %d that had no cases", MOST_SANDBOXES, dropped)

    def names(self) -> Sequence[str]:
        """Return the names of all sandboxes that were used, sorted."""
        with self.store.reading() as read:
            return read.sandbox_names()

    def look(self, name: str) -> SandboxView:
        """Read a sandbox in a transaction of its own."""
        with self.store.reading() as read:
            return self.view(read, name)

    def create(self, name: str, changes: Mapping[str, object]) -> None:
        """Create a sandbox with these settings; raise Conflict when there is one of that name."""
        with self.store.transaction() as tx:
            view = self.view(tx, name)
            if view.is_used:
                raise Conflict(f"there is a sandbox {name} already: change it, or reset it")
            self._set(tx, self._add(tx, view), changes)

    def change(self, name: str, changes: Mapping[str, object]) -> None:
        """Change some settings, by their names in the store; None returns a setting to its default."""
        with self.store.transaction() as tx:
            self._set(tx, self.enter(tx, name), changes)

    def _set(self, tx: Transaction, view: SandboxView, changes: Mapping[str, object]) -> None:
        if is_as_shown(changes.get("webhook_url"), view.settings.webhook_url):
            changes = {name: value for name, value in changes.items() if name != "webhook_url"}
        if "integration" in changes:  # a new key is issued, whose age counts from now
            changes = {**changes, "key_since": view.now if changes["integration"] == "test" else None}
        self.save(tx, view, **changes)

    def save(self, tx: Transaction, view: SandboxView, **changes: object) -> SandboxView:
        """Write changed settings of a sandbox that exists, and return the view with them."""
        text = changed_settings(view.stored_settings, changes)
        tx.save_sandbox_settings(view.name, text)
        self.watch(view.name, text)
        return replace(view, stored_settings=text, settings=read_sandbox_settings(self.defaults, text))

    def set_clock(self, tx: Transaction, view: SandboxView, clock: SandboxClock, *, advancing: bool = False) -> None:
        """Let the clock of a sandbox that exists run like `clock` since the view was read."""
        self.history.note(view.name, view.clock, view.wall)
        tx.save_clock(view.name, clock, advancing=advancing)

    def watch(self, name: str, text: str) -> None:
        """Watch the requests of a sandbox from now on if its stored settings (`text`) require it."""
        settings = read_sandbox_settings(self.defaults, text)
        if settings.faults or settings.key_since:
            self.watched.add(name)

    def watch_all(self) -> None:
        """Find the sandboxes to watch in the store, at the start."""
        with self.store.reading() as read:
            for name, text in read.changed_sandboxes():
                self.watch(name, text)

    def take_queued_outcome(
        self, tx: Transaction, view: SandboxView, provider: str
    ) -> tuple[SandboxView, Decision | None]:
        """Take the next outcome that is queued for the provider, if any, and return the view without it."""
        queue = view.settings.queued
        for index, queued in enumerate(queue):
            if queued.provider in (None, provider):
                rest = (queued.once_less(),) if queued.times > 1 else ()
                view = self.save(tx, view, planned=queue[:index] + rest + queue[index + 1 :])
                return view, queued.decision
        return view, None

    def trigger(
        self,
        tx: Transaction,
        view: SandboxView,
        kinds: Collection[str],
        context: FaultContext,
        exclusive: Collection[str] = (),
    ) -> Sequence[FaultHit]:
        """Return the faults of these kinds that trigger, and store what remains of them.

        At most one fault of the kinds in `exclusive` triggers.
        """
        candidates = [fault for fault in view.settings.faults if fault.kind in kinds]
        standing = [fault for fault in view.settings.standing if fault.kind in kinds]
        if not candidates and not standing:
            return ()

        def random(key: str) -> SeededRandom:
            return SeededRandom(seed=view.settings.seed, sandbox=view.name, key=key)

        always, _ = trigger(standing, context, view.wall, random, exclusive)
        hits, remaining = trigger(candidates, context, view.wall, random, exclusive)
        if remaining != candidates:
            self.save(tx, view, faults=_replaced(view.settings.faults, candidates, remaining))
        return [*always, *hits]

    def is_watched(self, name: str) -> bool:
        """Return whether the requests of a sandbox have to pass `admit`."""
        if self.watches_all or not self.store.is_shared:
            return self.watches_all or name in self.watched
        settings = self.look(name).settings
        return bool(settings.faults or settings.key_since)

    def admit(
        self, name: str, kinds: Collection[str], context: FaultContext, exclusive: Collection[str]
    ) -> Sequence[FaultHit]:
        """Return the faults that a request to a watched sandbox triggers; raise Unauthorized for an expired key."""
        with self.store.transaction() as tx:
            view = self.view(tx, name)
            if not view.settings.faults and not view.settings.key_since:
                self.watched.discard(name)
            if view.settings.has_expired_key(view.now):
                raise Unauthorized
            return self.trigger(tx, view, kinds, context, exclusive)

    def reset(self, name: str) -> None:
        """Drop all that a sandbox holds, so that its next use creates it anew.

        No webhook of the dropped cases is sent after this has returned.
        """
        with self.store.transaction() as tx:
            tx.drop_sandbox(name)
        self.forget(name, True)
        self.wait_for_attempts(name)

    def wait_for_attempts(self, name: str) -> None:
        """Return when no attempt of the sandbox is in flight, on this process or another, or after 15 seconds."""
        deadline = self.clock.stopwatch() + LONGEST_ATTEMPT
        self.in_flight.wait_for(name, LONGEST_ATTEMPT)
        while self.store.is_shared and self.clock.stopwatch() < deadline:
            with self.store.reading() as read:
                if not read.leased_by_others(name, self.store.owner):
                    return
            self.clock.sleep(LOOK_AGAIN)


def is_as_shown(given: object, url: str | None) -> bool:
    """Return whether `given` is the masked form of `url`, which somebody sent back and which changes nothing."""
    return url is not None and given != url and given == masked_url(url)


def _replaced(faults: Sequence[Fault], before: Sequence[Fault], after: Sequence[Fault]) -> tuple[Fault, ...]:
    """Return all faults in their order, with those of `before` replaced by `after` or left out."""
    replacements = {fault.id: fault for fault in after}
    gone = {fault.id for fault in before} - replacements.keys()
    return tuple(replacements.get(fault.id, fault) for fault in faults if fault.id not in gone)
