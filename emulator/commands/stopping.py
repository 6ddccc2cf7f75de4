"""Stop a command that serves, on a signal or when another thread asks for it."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from emulator.commands.starting import forget_port_file

# SIGHUP comes when the terminal is closed; SIGBREAK, which Windows alone has, when a window is.
NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")


class Stopping:
    """The request to stop: one thread waits for it, a signal or another thread makes it."""

    def __init__(self, port_file: Path | None) -> None:
        self.port_file = port_file
        self._signalled = False
        # A signal handler runs in the thread that waits. With an Event it would wait for ever for a lock that its own
        # thread holds; a SimpleQueue may be put to while the same thread is in its `get`.
        self._asked: SimpleQueue[None] = SimpleQueue()

    def watch_signals(self) -> None:
        """Let each of NAMES ask for the end from now on; a second Ctrl-C ends the process at once.

        A SIGHUP that the process was told to ignore, as by nohup, stays ignored. A shell lets what it starts in the
        background ignore SIGINT, but whoever sends that wants the end.
        """
        for number in (getattr(signal, name) for name in NAMES if hasattr(signal, name)):
            if number == signal.SIGINT or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._take_signal)

    def ask(self) -> None:
        """Ask the command to stop."""
        self._asked.put(None)

    def wait(self) -> None:
        """Wait until the command is asked to stop."""
        while True:
            with suppress(Empty):
                # For a short time only, because on Windows Ctrl-C does not interrupt a wait.
                return self._asked.get(timeout=0.5)

    def linger(self, seconds: float) -> None:
        """Wait so long, or until the command is asked to stop once more."""
        with suppress(Empty):
            self._asked.get(timeout=seconds)

    def _take_signal(self, number: int, frame: object) -> None:
        if self._signalled and number == signal.SIGINT:
            forget_port_file(self.port_file)
            os._exit(128 + number)
        self._signalled = True
        self.ask()
