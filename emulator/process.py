"""Start an emulator as a child process, for the pytest plugin."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import IO

PREFIX = "CASE_EMULATOR_"
CONFIG_VARIABLE = f"{PREFIX}CONFIG"
SERVE = ["serve", "--port", "0", "--ephemeral", "--until-stdin-ends"]
CA_FILE = "--tls-ca-file"
OF_THE_PROJECT = ("PYTHONPATH", "PYTHONWARNINGS")  # meant for its tests: what it finds there may hide our modules


class DidNotStart(Exception):
    """The emulator did not start; the text is what it said."""


class EmulatorProcess:
    """An emulator for the tests of one session, in a process of its own.

    A test that freezes the time or patches a library does not reach another process. The emulator stops when its
    standard input ends, and therefore when this process ends, in whatever way.
    """

    def __init__(self, flags: list[str], environ: Mapping[str, str]) -> None:
        """Start the emulator and wait until it is ready; raise DidNotStart."""
        self._folder = tempfile.TemporaryDirectory(prefix="case-emulator-") if "--tls" in flags else None
        self.ca_file = _value_of(CA_FILE, flags)
        if self._folder and self.ca_file is None:
            self.ca_file = str(Path(self._folder.name, "ca.pem"))
            flags = [*flags, CA_FILE, self.ca_file]
        command, environ = _command(flags, environ.get("PYTHONPATH", "")), _inherited(environ)
        pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere, text=True, env=environ)
        assert self._process.stdout
        line = self._first_line(self._process.stdout)
        url = _url_in(line)
        if url is None:
            self._end()
            # Started once more, for its message: a pipe that nobody reads would have blocked the first one.
            again = subprocess.run(command, input="", capture_output=True, text=True, env=environ, check=False)
            self._forget_folder()
            raise DidNotStart(again.stderr.strip())
        self.url = url

    def _first_line(self, output: IO[str]) -> str:
        try:
            import_module("emulator.client")  # every test needs it, and while the other process starts it takes no time
            return output.readline()
        except BaseException:  # cut off, by pytest-timeout or Ctrl-C: nobody will ever stop this one
            self._process.kill()
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the emulator, and wait until its process has ended."""
        self._end()
        self._forget_folder()

    def _end(self) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
        self._process.wait(timeout=30)

    def _forget_folder(self) -> None:
        if self._folder:
            self._folder.cleanup()


def _url_in(line: str) -> str | None:
    """Return the URL in the line of one that is ready, as text or with `--log-format json`; None in others."""
    if line.startswith("{"):
        return str(json.loads(line)["url"])
    return line.split()[1] if line.startswith("Ready ") else None


def _command(flags: list[str], folders: str) -> list[str]:
    """Return the command that starts an emulator in which no module of the project under test is imported."""
    isolated = Path(__file__).with_name("isolated.py")
    return [sys.executable, "-P", str(isolated), folders, *SERVE, *flags]


def _inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of an emulator for tests, for which its flags alone are meant.

    Other variables of ours, and a case-emulator.toml beside the tests, belong to an emulator that the user started:
    with them the tests would overwrite its files and send webhooks to its application.
    """
    kept = {
        name: value for name, value in environ.items() if not name.startswith(PREFIX) and name not in OF_THE_PROJECT
    }
    return {**kept, CONFIG_VARIABLE: os.devnull}


def _value_of(flag: str, flags: list[str]) -> str | None:
    """Return the value of a flag, which may stand behind a space or an equals sign; None without the flag."""
    for given, following in pairwise([*flags, ""]):
        name, equals, value = given.partition("=")
        if name == flag:
            return value if equals else following
    return None
