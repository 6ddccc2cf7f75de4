"""Run the command once, beside a fresh emulator of one world."""

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import field
from pathlib import Path
from threading import Lock
from typing import IO

from emulator.client import why_not_ready
from emulator.core.clock import WallClock
from emulator.core.deviation import AS_USUAL, Deviation
from emulator.quick_dataclass import dataclass
from emulator.running import SECONDS_TO_SERVE, RunningEmulator
from emulator.settings import WORLD_RESULTS_VARIABLE, WORLD_VARIABLE, Settings
from emulator.worlds.results import read_results
from emulator.worlds.run import Run
from emulator.worlds.world import World

SECONDS_TO_END = 5.0
PLAIN = "plain"
TAIL_LINES, TAIL_BYTES = 30, 64 * 1024
TIMED_OUT = 124  # as of timeout(1)


class NotStarted(Exception):
    """The command or the emulator cannot be started; the text says why."""


class CommandNotStarted(NotStarted):
    """The command cannot be started; `error` is what the system said."""

    def __init__(self, error: OSError | ValueError) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass
class Launcher:
    """Runs a command in a world; `stop` ends the runs that go on."""

    command: Sequence[str]
    settings: Settings
    variables: Callable[[str], Mapping[str, str]]  # the environment of a command, by the address of its emulator
    junit: str | None = None  # where the command writes its JUnit file; {world} in it is the name of the world
    seconds: float | None = None  # that a run may take
    _clock: WallClock = field(default_factory=WallClock)
    _running: set["subprocess.Popen[bytes]"] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)
    _stopped: bool = False

    def run(self, world: World | None) -> Run:
        """Return what came of a run in that world, None being the plain one; raise NotStarted."""
        settings = world.settings(self.settings) if world else self.settings
        deviation = world.deviation() if world else AS_USUAL
        name = world.name if world else PLAIN
        folder = tempfile.TemporaryDirectory(prefix="case-emulator-")
        with folder, RunningEmulator(settings, deviation) as emulator:
            reason = why_not_ready(emulator.address, SECONDS_TO_SERVE)
            if reason:
                raise NotStarted(reason)
            return self._run(name, emulator.address, deviation, Path(folder.name))

    def _run(self, name: str, address: str, deviation: Deviation, folder: Path) -> Run:
        by_plugin, junit = folder / "tests.jsonl", self._junit_of(name)
        if junit:
            junit.unlink(missing_ok=True)  # of the run before
        variables = {**self.variables(address), WORLD_RESULTS_VARIABLE: str(by_plugin), WORLD_VARIABLE: name}
        started = self._clock.stopwatch()
        with (folder / "output.txt").open("w+b") as output:
            rc, allowed = self._wait(self._start(variables, output))
            tail = _tail(output)
        return Run(
            allowed=allowed,
            rc=rc,
            seconds=self._clock.stopwatch() - started,
            struck=deviation.strikes.count,
            tests=read_results(by_plugin, junit),
            tail=tail,
            exchanges=tuple(deviation.strikes.exchanges),
        )

    def _junit_of(self, name: str) -> Path | None:
        return Path(self.junit.replace("{world}", name)) if self.junit else None

    def _start(self, variables: Mapping[str, str], output: IO[bytes]) -> "subprocess.Popen[bytes]":
        try:
            started = subprocess.Popen(
                self.command,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that a run that takes too long ends with all that it started
            )
        except (OSError, ValueError) as error:
            raise CommandNotStarted(error) from error
        with self._lock:
            self._running.add(started)
        if self._stopped:
            _end(started)
        return started

    def _wait(self, started: "subprocess.Popen[bytes]") -> tuple[int, float | None]:
        """Return the exit code, and how long the command might have taken where it was ended for that."""
        allowed = None
        try:
            code = started.wait(self.seconds)
        except subprocess.TimeoutExpired:
            _end(started)
            code, allowed = TIMED_OUT, self.seconds
        except KeyboardInterrupt:  # it is in a session of its own, so that the Ctrl-C did not reach it
            _end(started)
            raise
        finally:
            with self._lock:
                self._running.discard(started)
        _signal_group(started, signal.SIGTERM)  # what it left behind: a receiver of its port would meet the next run
        return (128 - code if code < 0 else code), allowed

    def stop(self) -> None:
        """End every run that goes on, and each that begins from now on."""
        self._stopped = True
        with self._lock:
            running = list(self._running)
        for started in running:
            _end(started)


def _end(started: "subprocess.Popen[bytes]") -> None:
    """End the command and what it started: first kindly, then not."""
    _signal(started, signal.SIGTERM)
    try:
        started.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        _signal(started, getattr(signal, "SIGKILL", signal.SIGTERM))
        started.wait(SECONDS_TO_END)


def _signal(started: "subprocess.Popen[bytes]", number: int) -> None:
    if hasattr(os, "killpg"):
        _signal_group(started, number)
    else:
        started.terminate()


def _signal_group(started: "subprocess.Popen[bytes]", number: int) -> None:
    with suppress(OSError, AttributeError):  # all have ended; Windows has no groups
        os.killpg(started.pid, number)


def _tail(output: IO[bytes]) -> str:
    """Return the last lines that were written."""
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - TAIL_BYTES))
    return "\n".join(output.read().decode("utf-8", "replace").splitlines()[-TAIL_LINES:])
