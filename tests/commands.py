"""The command as a process of its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from emulator.cli import main
from tests.emulators import Emulator
from tests.waiting import PATIENCE

COMMAND = [sys.executable, "-m", "emulator"]
# Flags for a pytest in our own environment: without its cache, and without the plugins of others, which take three
# seconds to load in each of its processes.
PLAIN_PYTEST = ["-p", "no:cacheprovider"]
PLAIN_PYTEST += [
    part for name in ("schemathesis", "faker", "hypothesispytest", "anyio") for part in ("-p", f"no:{name}")
]


@dataclass
class Process:
    """A running `case-emulator serve`."""

    popen: "subprocess.Popen[str]"
    emulator: Emulator
    ready_line: str

    def ask_to_stop(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Exit code, the rest of stdout, and stderr."""
        self.popen.send_signal(number)
        out, err = self.popen.communicate(timeout=2 * PATIENCE)
        assert "held the loop" not in err, err
        return self.popen.returncode, out, err


def environment(**variables: str) -> dict[str, str]:
    """Our environment without any setting of the emulator, and with these variables."""
    # Without the width of whatever terminal the tests run in, too.
    kept = {k: v for k, v in os.environ.items() if not k.startswith("CASE_EMULATOR_") and k != "COLUMNS"}
    return {**kept, "PYTHONUNBUFFERED": "1", "PYTHONPATH": os.getcwd(), **variables}


@contextmanager
def serving(folder: Path, *flags: str, **variables: str) -> Iterator[Process]:
    """The command, started in a folder and ready; killed at the end if it still runs."""
    popen = subprocess.Popen(
        [*COMMAND, "serve", *flags],
        cwd=folder,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert popen.stdout
        line = popen.stdout.readline()
        assert line.startswith(("Ready ", "{")), line or (popen.stderr and popen.stderr.read())
        url = json.loads(line)["url"] if line.startswith("{") else line.split()[1]
        authority = str(folder / flags[flags.index("--tls-ca-file") + 1]) if "--tls-ca-file" in flags else None
        yield Process(popen, Emulator(url, authority=authority), line)
    finally:
        popen.kill()
        popen.communicate()


def run(folder: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """The command run to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )


def run_here(folder: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """The command run to its end in this process: quicker by the second that Python and the imports take.

    Not for what serves: a `serve` that should have refused to start would never come back.
    """
    assert arguments[:1] not in (("serve",), ("run",)), "run it in a process of its own"
    runner = CliRunner(charset=variables.get("PYTHONIOENCODING", "utf-8"))
    with chdir(folder):
        found = runner.invoke(main, arguments, prog_name="python -m emulator", env={"COLUMNS": None, **variables})
    if found.exception and not isinstance(found.exception, SystemExit):
        raise found.exception
    return subprocess.CompletedProcess(arguments, found.exit_code, found.stdout, found.stderr)
