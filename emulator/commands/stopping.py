"""How a command that serves is asked to stop."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from emulator.commands.starting import forget_port_file


class Stopping:
    """Whoever waits for the end of a command, and whoever asks for it: a signal, or another thread."""

    def __init__(self, port_file: Path | None) -> None:
        self.port_file = port_file
        self._signalled = False
        # A signal may interrupt the one who waits. An Event would then ask for a lock that its own thread holds, and
        # wait for ever; this queue may be put to from within its own `get`.
        self._asked: SimpleQueue[None] = SimpleQueue()

    def watch_signals(self) -> None:
        """From now on Ctrl-C and SIGTERM ask for the end; a second Ctrl-C ends the process at once."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._take_signal)

    def ask(self) -> None:
        """Ask for the end."""
        self._asked.put(None)

    def wait(self) -> None:
        """Return once somebody has asked."""
        while True:
            with suppress(Empty):
                return self._asked.get(timeout=0.5)  # in pieces: on Windows, Ctrl-C does not interrupt a wait

    def _take_signal(self, number: int, frame: object) -> None:
        if self._signalled and number == signal.SIGINT:
            forget_port_file(self.port_file)
            os._exit(128 + number)
        self._signalled = True
        self.ask()
