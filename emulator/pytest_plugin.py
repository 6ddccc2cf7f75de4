"""The pytest plugin: an emulator for the test session, and a sandbox of its own for every test.

The plugin imports nothing of the emulator until a test uses a fixture, because pytest loads it in every project.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Protocol
from zlib import crc32

import pytest

if TYPE_CHECKING:
    from emulator.client import CaseEmulator

URL_VARIABLE, TOKEN_VARIABLE = "CASE_EMULATOR_URL", "CASE_EMULATOR_CONTROL_TOKEN"
COMMAND = [sys.executable, "-m", "emulator", "serve", "--port", "0", "--ephemeral", "--until-stdin-ends"]
WORKER_INPUT = "case_emulator_url"
USED = pytest.StashKey["CaseEmulator"]()
STARTED = pytest.StashKey["Started"]()
MARKER = (
    "case_emulator(frozen=None, delay=None, webhook_url=None, ...): settings of this test's sandbox, as "
    "`CaseEmulator.configure` takes them; `frozen` is True or a moment"
)


class WorkerController(Protocol):
    """What xdist, which need not be installed, hands over for a worker."""

    config: pytest.Config
    workerinput: dict[str, object]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options --case-emulator-... and their keys in the ini file."""
    group = parser.getgroup("case-emulator")
    group.addoption(
        "--case-emulator-url", metavar="URL", help="Use the running emulator at this address. [CASE_EMULATOR_URL]"
    )
    group.addoption(
        "--case-emulator-shared", action="store_true", default=None, help="One emulator for all workers of xdist."
    )
    group.addoption(
        "--case-emulator-frozen",
        action="store_true",
        default=None,
        help="Freeze the clock of every sandbox at the start.",
    )
    parser.addini("case_emulator_url", "Use the running emulator at this address.")
    parser.addini("case_emulator_shared", "One emulator for all workers of xdist.", type="bool", default=False)
    parser.addini("case_emulator_frozen", "Freeze the clock of every sandbox at the start.", type="bool", default=False)
    parser.addini(
        "case_emulator_args", "Flags of `case-emulator serve`, for the emulator that the plugin starts.", type="args"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", MARKER)


class Started:
    """An emulator that was started for this session, in a process of its own.

    A test that freezes the time or patches a library does not reach another process. The emulator stops when its
    standard input ends, and therefore when this process ends, in whatever way.
    """

    def __init__(self, flags: list[str]) -> None:
        """Start the emulator and wait until it is ready; raise UsageError with its message when it does not start."""
        command = [*COMMAND, *flags]
        # The port file belongs to an emulator that the user started.
        environ = {name: value for name, value in os.environ.items() if name != "CASE_EMULATOR_PORT_FILE"}
        pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere, text=True, env=environ)
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line.startswith("Ready "):
            self.stop()
            # Started once more, for its message: a pipe that nobody reads would have blocked the first one.
            again = subprocess.run(command, input="", capture_output=True, text=True, env=environ, check=False)
            raise pytest.UsageError(f"the emulator did not start: {again.stderr.strip()}")
        self.url = line.split()[1]

    def stop(self) -> None:
        """Stop the emulator, and wait until its process has ended."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
        self._process.wait(timeout=30)


def _option(config: pytest.Config, name: str) -> str | bool:
    """Return an option of the command line, else its key in the ini file."""
    value: str | bool | None = config.getoption(f"case_emulator_{name}")
    from_file: str | bool = config.getini(f"case_emulator_{name}")
    return from_file if value is None else value


def _url_of(config: pytest.Config) -> str:
    """Return the address of this session's emulator, which is started on first use."""
    named = _option(config, "url") or os.environ.get(URL_VARIABLE)
    shared = getattr(config, "workerinput", {}).get(WORKER_INPUT)
    if named or shared:
        return str(named or shared)
    if STARTED not in config.stash:
        config.stash[STARTED] = Started(config.getini("case_emulator_args"))
    return config.stash[STARTED].url


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: "WorkerController") -> None:
    """Tell a worker of xdist that is about to start where the emulator is that all workers share."""
    if _option(node.config, "shared"):
        node.workerinput[WORKER_INPUT] = _url_of(node.config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the emulator that was started for this session."""
    started = config.stash.get(STARTED, None)
    if started:
        started.stop()
        del config.stash[STARTED]


@pytest.fixture(scope="session")
def case_emulator(pytestconfig: pytest.Config) -> str:
    """Return the address of the session's emulator, which is started on first use."""
    return _url_of(pytestconfig)


@pytest.fixture
def sandbox(case_emulator: str, request: pytest.FixtureRequest) -> "Iterator[CaseEmulator]":
    """Yield the handle of an empty sandbox that only this test uses."""
    from emulator.client import CaseEmulator

    token = os.environ.get(TOKEN_VARIABLE)
    with CaseEmulator(case_emulator, _name_of(request.node.nodeid), token) as handle:
        request.node.stash[USED] = handle
        _prepare(handle, request)
        yield handle


def _name_of(node_id: str) -> str:
    """Return the name of a test's sandbox: the same in every run, so that what is drawn by chance is the same, too."""
    return f"{crc32(node_id.encode()):08x}-" + re.sub("[^a-z0-9_-]+", "-", node_id.lower())[-50:]


def _prepare(handle: "CaseEmulator", request: pytest.FixtureRequest) -> None:
    marked = request.node.get_closest_marker("case_emulator")
    settings = dict(marked.kwargs) if marked else {}
    frozen = settings.pop("frozen", _option(request.config, "frozen"))
    if frozen:
        handle.clock.freeze(None if frozen is True else frozen)
    if settings:
        handle.configure(**settings)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a failed test what its sandbox received and sent."""
    report = yield
    handle = item.stash.get(USED, None)
    if handle is not None and report.failed and call.when != "teardown":
        from emulator.client.reports import report_requests, report_webhooks

        for title, write in (("requests", report_requests), ("webhooks", report_webhooks)):
            report.sections.append((f"case-emulator: {title} of sandbox {handle.sandbox}", _safely(write, handle)))
    return report


def _safely(write: "Callable[[CaseEmulator], str]", handle: "CaseEmulator") -> str:
    try:
        return write(handle)
    except Exception as error:  # the report of a failed test must not fail
        return f"nothing can be told: {error}"
