"""Stop the clock of a sandbox while a story is told in it, and give back afterwards what the story changed."""

from collections.abc import Mapping
from dataclasses import field, replace
from threading import Lock

from emulator.control.context import ControlContext
from emulator.core.sandbox_clock import WALL_TIME, SandboxClock
from emulator.core.sandbox_view import SandboxView
from emulator.quick_dataclass import dataclass

CHANGED = ("webhook_url", "retry")  # the settings that a story may change


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A story under way: its case once it is open, and the sandbox as it was before the story began."""

    story: str
    case_id: int | None
    clock: SandboxClock
    settings: Mapping[str, object]  # by name in the store, those of CHANGED that were set
    born: int  # of the sandbox: a reset one is another


@dataclass(frozen=True)
class StoryClock:
    """The stories under way, by sandbox; in memory, so a restarted emulator has none."""

    context: ControlContext
    _told: dict[str, Told] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def read(self, sandbox: str) -> Told | None:
        """Return the story under way in a sandbox; None: there is none, or the sandbox was reset since."""
        return self._of(self.context.time_machine.read(sandbox))

    def begin(self, sandbox: str, story: str, case_id: int | None) -> Told:
        """Stop the clock, and return what is under way now; of a story before this one, what it found stays known."""
        with self._lock:
            before = self.context.time_machine.read(sandbox)
            known = self._of(before)
            if before.clock.factor != 0:
                self.context.time_machine.set(sandbox, 0.0, None)
            told = known or self._found(before, self.context.time_machine.read(sandbox).born)
            self._told[sandbox] = replace(told, story=story, case_id=case_id)
            return self._told[sandbox]

    def leave(self, sandbox: str) -> None:
        """Let the clock run as it did before the story, and take back what the story set; nothing if none is told."""
        with self._lock:
            view = self.context.time_machine.read(sandbox)
            told = self._of(view)
            if told is not None:
                self._restore(view, told)
            self._told.pop(sandbox, None)

    def _of(self, view: SandboxView) -> Told | None:
        told = self._told.get(view.name)
        return told if told is not None and told.born == view.born else None

    def _found(self, view: SandboxView, born: int) -> Told:
        own = {name: value for name, value in view.own_settings.items() if name in CHANGED}
        return Told(story="", case_id=None, clock=view.clock, settings=own, born=born)

    def _restore(self, view: SandboxView, told: Told) -> None:
        self.context.sandboxes.change(view.name, {name: told.settings.get(name) for name in CHANGED})
        if view.clock.factor != 0:  # somebody let it run meanwhile
            return
        if told.clock is WALL_TIME and view.now <= view.wall:
            self.context.time_machine.follow_wall_time(view.name)
        else:  # a clock never goes back, so what the story moved it on stays
            self.context.time_machine.set(view.name, told.clock.factor, None)
