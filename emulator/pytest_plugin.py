"""The pytest plugin: an emulator for the test session, and a sandbox of its own for every test.

Nothing of the emulator is imported before a test asks for a fixture.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
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


def pytest_addoption(parser: pytest.Parser) -> None:
    """--case-emulator-... and their ini twins."""
    group = parser.getgroup("case-emulator")
    group.addoption("--case-emulator-url", metavar="URL", help="Use the emulator that runs there. [CASE_EMULATOR_URL]")
    group.addoption(
        "--case-emulator-shared", action="store_true", default=None, help="One emulator for all workers of xdist."
    )
    group.addoption(
        "--case-emulator-frozen", action="store_true", default=None, help="Every sandbox's clock stands still at first."
    )
    parser.addini("case_emulator_url", "Use the emulator that runs there.")
    parser.addini("case_emulator_shared", "One emulator for all workers of xdist.", type="bool", default=False)
    parser.addini("case_emulator_frozen", "Every sandbox's clock stands still at first.", type="bool", default=False)
    parser.addini("case_emulator_args", "Flags of `case-emulator serve`, where one is started.", type="args")


def pytest_configure(config: pytest.Config) -> None:
    """The marker."""
    config.addinivalue_line("markers", MARKER)


class Started:
    """An emulator that was started for this session, in a process of its own.

    Of its own, so that a test that freezes the time or replaces a library does so to its own process alone. It ends
    when its standard input does, and so with this process however that ends.
    """

    def __init__(self, flags: list[str]) -> None:
        command = [*COMMAND, *flags]
        kept = {name: value for name, value in os.environ.items() if name != "CASE_EMULATOR_PORT_FILE"}
        pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere, text=True, env=kept)
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line.startswith("Ready "):
            self.stop()
            told = subprocess.run(command, input="", capture_output=True, text=True, env=kept, check=False).stderr
            raise pytest.UsageError(f"the emulator did not start: {told.strip()}")
        self.url = line.split()[1]

    def stop(self) -> None:
        """End it, and wait until it has."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
        self._process.wait(timeout=30)


def _option(config: pytest.Config, name: str) -> Any:
    given = config.getoption(f"case_emulator_{name}")
    return config.getini(f"case_emulator_{name}") if given is None else given


def _url_of(config: pytest.Config) -> str:
    """Where the emulator of this session is; it is started on first use."""
    named = _option(config, "url") or os.environ.get(URL_VARIABLE)
    shared = getattr(config, "workerinput", {}).get(WORKER_INPUT)
    if named or shared:
        return str(named or shared)
    if STARTED not in config.stash:
        config.stash[STARTED] = Started(config.getini("case_emulator_args"))
    return config.stash[STARTED].url


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """A worker of xdist is about to start: tell it where the emulator is that all of them share."""
    if _option(node.config, "shared"):
        node.workerinput[WORKER_INPUT] = _url_of(node.config)


def pytest_unconfigure(config: pytest.Config) -> None:
    """What was started ends."""
    started = config.stash.get(STARTED, None)
    if started:
        started.stop()
        del config.stash[STARTED]


@pytest.fixture(scope="session")
def case_emulator(pytestconfig: pytest.Config) -> str:
    """The address of the emulator of this session."""
    return _url_of(pytestconfig)


@pytest.fixture
def sandbox(case_emulator: str, request: pytest.FixtureRequest) -> "Iterator[CaseEmulator]":
    """A sandbox that only this test uses, newborn."""
    from emulator.client import CaseEmulator

    token = os.environ.get(TOKEN_VARIABLE)
    with CaseEmulator(case_emulator, _name_of(request.node.nodeid), token) as handle:
        request.node.stash[USED] = handle
        _prepare(handle, request)
        yield handle


def _name_of(node_id: str) -> str:
    """The same in every run, so that all that is drawn is the same as well."""
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
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """A failed test tells what its sandbox saw."""
    report = yield
    handle = item.stash.get(USED, None)
    if handle is not None and report.failed and call.when != "teardown":
        from emulator.client.reports import report_requests, report_webhooks

        for title, tell in (("requests", report_requests), ("webhooks", report_webhooks)):
            report.sections.append((f"case-emulator: {title} of sandbox {handle.sandbox}", _safely(tell, handle)))
    return report


def _safely(tell: "Callable[[CaseEmulator], str]", handle: "CaseEmulator") -> str:
    try:
        return tell(handle)
    except Exception as error:  # the report of a failure must not fail
        return f"nothing can be told: {error}"
