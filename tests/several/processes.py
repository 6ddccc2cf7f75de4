"""Emulators as processes of their own, that share a database and may be stopped, killed and continued."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.commands import environment
from tests.emulators import Emulator

# The command, with leases of another length: no setting, because nobody but a test should have them.
START = (
    "import sys; from emulator.core import outbox; outbox.LEASE = float(sys.argv.pop(1)); "
    "from emulator.cli import main; main()"
)


@dataclass
class Machine:
    """One process, as if it ran on a machine of its own."""

    popen: "subprocess.Popen[str]"
    emulator: Emulator
    log: Path

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.popen.pid, number)

    def kill(self) -> None:
        """Kill it, so that it can do nothing more."""
        self.popen.kill()
        self.popen.wait()

    def delivered(self) -> int:
        """How many webhooks it has delivered, by its log."""
        return self.log.read_text("utf-8").count(" delivered: ")


@contextmanager
def machine(
    folder: Path, url: str, name: str, *flags: str, lease: float = 15.0, code: Path | None = None
) -> Iterator[Machine]:
    """A process with that database, ready; killed at the end if it still runs. `code` is a folder with other code."""
    log, path = folder / f"{name}.log", {"PYTHONPATH": str(code)} if code else {}
    with log.open("w", encoding="utf-8") as errors:
        popen = subprocess.Popen(
            [sys.executable, "-c", START, str(lease), "serve", "--port", "0", "--delay", "0", *flags],
            cwd=folder,
            env=environment(CASE_EMULATOR_DATABASE=url, **path),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        assert popen.stdout
        line = popen.stdout.readline()
        assert line.startswith("Ready "), line or log.read_text("utf-8")
        yield Machine(popen, Emulator(line.split()[1]), log)
    finally:
        popen.kill()
        popen.communicate()
