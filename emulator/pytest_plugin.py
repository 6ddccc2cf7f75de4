"""The pytest plugin: an emulator for the test session, and a sandbox of its own for every test.

The plugin imports nothing of the emulator until a test uses a fixture, because pytest loads it in every project.
"""

import os
import re
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol
from zlib import crc32

import pytest

if TYPE_CHECKING:
    from emulator.client import CaseEmulator
    from emulator.process import EmulatorProcess

URL_VARIABLE, TOKEN_VARIABLE = "CASE_EMULATOR_URL", "CASE_EMULATOR_CONTROL_TOKEN"
CA_FILE_VARIABLE = "CASE_EMULATOR_TLS_CA_FILE"
RESULTS_VARIABLE = "CASE_EMULATOR_WORLD_RESULTS"  # where `case-emulator worlds` wants to read what came of each test
# What is told to a worker of xdist: where the emulator is that all workers share, its authority, the mark of the run.
WORKER_URL, WORKER_CA_FILE, WORKER_RUN = "case_emulator_url", "case_emulator_ca_file", "case_emulator_run"
RUN_MARK = "--run-"  # as in emulator.core.randomness, which a `secrets.py` of the project may keep from being imported
LONGEST_TEST, LONGEST_WORKER = 38, 5  # characters, so that a name has at most 64
USED = pytest.StashKey["CaseEmulator"]()
STARTED = pytest.StashKey["EmulatorProcess"]()
RUN = pytest.StashKey[str]()
SWITCHES = {
    "shared": "One emulator for all workers of xdist.",
    "frozen": "Freeze the clock of every sandbox at the start.",
    "skip": "Freeze every clock at the start, and let waiting for a webhook move it.",
}
MARKER = (
    "case_emulator(frozen=None, skip=None, delay=None, webhook_url=None, ...): settings of this test's sandbox, as "
    "`CaseEmulator.configure` takes them; `frozen` is True or a moment, and `skip` lets waiting move the clock"
)


class WorkerController(Protocol):
    """What xdist, which need not be installed, hands over for a worker."""

    config: pytest.Config
    workerinput: dict[str, object]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options --case-emulator-... and their keys in the ini file."""
    group = parser.getgroup("case-emulator")
    by_url = "Use the running emulator at this address."
    group.addoption("--case-emulator-url", metavar="URL", help=f"{by_url} [{URL_VARIABLE}]")
    parser.addini("case_emulator_url", by_url)
    for name, what_it_does in SWITCHES.items():
        group.addoption(f"--case-emulator-{name}", action="store_true", default=None, help=what_it_does)
        parser.addini(f"case_emulator_{name}", what_it_does, type="bool", default=False)
    parser.addini(
        "case_emulator_args", "Flags of `case-emulator serve`, for the emulator that the plugin starts.", type="args"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and in a run of `case-emulator worlds` who tells it the results.

    With xdist that is not a worker, but the process that hears of all tests.
    """
    config.addinivalue_line("markers", MARKER)
    file = os.environ.get(RESULTS_VARIABLE)
    if file and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Results(file))


def _option(config: pytest.Config, name: str) -> str | bool:
    """Return an option of the command line, else its key in the ini file."""
    value: str | bool | None = config.getoption(f"case_emulator_{name}")
    from_file: str | bool = config.getini(f"case_emulator_{name}")
    return from_file if value is None else value


def _worker_input(config: pytest.Config) -> Mapping[str, str]:
    """Return what xdist handed to this worker; empty where the process is no worker."""
    given: Mapping[str, str] = getattr(config, "workerinput", {})
    return given


def _url_of(config: pytest.Config) -> str:
    """Return the address of this session's emulator, which is started on first use."""
    named = _option(config, "url") or os.environ.get(URL_VARIABLE)
    shared = _worker_input(config).get(WORKER_URL)
    if named or shared:
        return str(named or shared)
    if STARTED not in config.stash:
        config.stash[STARTED] = _start(config.getini("case_emulator_args"))
    return config.stash[STARTED].url


def _start(flags: list[str]) -> "EmulatorProcess":
    from emulator.process import DidNotStart, EmulatorProcess

    try:
        return EmulatorProcess(flags, os.environ)
    except DidNotStart as error:
        raise pytest.UsageError(f"the emulator did not start: {error}") from error


def _ca_file_of(config: pytest.Config) -> str | None:
    """Return the file of the authority to trust: that of the emulator that was started, else of the variable."""
    started = config.stash.get(STARTED, None)
    own = started.ca_file if started else _worker_input(config).get(WORKER_CA_FILE)
    return own or os.environ.get(CA_FILE_VARIABLE) or None


def _run_of(config: pytest.Config) -> str:
    """Return the mark of this run, drawn once and told to the workers of xdist; each of them adds its own name.

    Runs that share an emulator have sandboxes of their own by it, and so have workers that all run the same test.
    """
    if RUN not in config.stash:
        config.stash[RUN] = _worker_input(config).get(WORKER_RUN) or os.urandom(3).hex()
    worker = re.sub("[^a-z0-9]+", "", _worker_input(config).get("workerid", "").lower())
    return config.stash[RUN] + worker[-LONGEST_WORKER:]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: "WorkerController") -> None:
    """Tell a worker of xdist that is about to start the mark of the run, and the emulator that all workers share."""
    node.workerinput[WORKER_RUN] = _run_of(node.config)
    if _option(node.config, "shared"):
        node.workerinput[WORKER_URL] = _url_of(node.config)
        node.workerinput[WORKER_CA_FILE] = _ca_file_of(node.config)


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


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Forget a start that was cut off, by pytest-timeout, so that the next test starts another emulator."""
    try:
        return (yield)
    except pytest.fail.Exception:
        if fixturedef.argname == "case_emulator":
            fixturedef.finish(request)  # type: ignore[arg-type]
        raise


@pytest.fixture
def sandbox(case_emulator: str, request: pytest.FixtureRequest) -> "Iterator[CaseEmulator]":
    """Yield the handle of an empty sandbox that only this test uses."""
    from emulator.client import CaseEmulator

    name = _name_of(request.node.nodeid, _run_of(request.config))
    token, ca_file = os.environ.get(TOKEN_VARIABLE) or None, _ca_file_of(request.config)
    with CaseEmulator(case_emulator, name, token, ca_file) as handle:
        request.node.stash[USED] = handle
        _prepare(handle, request)
        yield handle


def _name_of(node_id: str, run: str) -> str:
    """Return the name of a test's sandbox: of the test's id, and of the run.

    What is drawn by chance follows from the part before the mark alone, so it is the same in every run.
    """
    test = re.sub("[^a-z0-9_-]+", "-", node_id.lower())[-LONGEST_TEST:]
    return f"{crc32(node_id.encode()):08x}-{test}{RUN_MARK}{run}"


def _prepare(handle: "CaseEmulator", request: pytest.FixtureRequest) -> None:
    marked = request.node.get_closest_marker("case_emulator")
    settings = dict(marked.kwargs) if marked else {}
    handle.skips_time = bool(settings.pop("skip", _option(request.config, "skip")))
    frozen = settings.pop("frozen", handle.skips_time or _option(request.config, "frozen"))
    if frozen:
        handle.clock.freeze(None if frozen is True else frozen)
    if settings:
        _configure(handle, settings)


def _configure(handle: "CaseEmulator", settings: Mapping[str, object]) -> None:
    """Set what the marker says; fail the test with the emulator's reason where it says what is not known."""
    from emulator.client import Refusal

    try:
        handle.configure(**settings)
    except Refusal as refusal:
        pytest.fail(f"@pytest.mark.case_emulator: {refusal}; frozen and skip are taken, too", pytrace=False)


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


class Results:
    """Writes a line of JSON for each phase of each test."""

    def __init__(self, file: str) -> None:
        self.file = file

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Tell what came of a phase: the test, whether it failed, and what is told of that."""
        import json

        line = {"test": report.nodeid, "failed": report.failed, "report": _told_of(report) if report.failed else ""}
        with open(self.file, "a", encoding="utf-8") as results:
            results.write(json.dumps(line) + "\n")


def _told_of(report: pytest.TestReport) -> str:
    """Return the traceback of a failed test, and what its sandbox received and sent."""
    sections = [f"{title}\n{text}" for title, text in report.sections if title.startswith("case-emulator:")]
    return "\n\n".join([report.longreprtext, *sections])


def _safely(write: "Callable[[CaseEmulator], str]", handle: "CaseEmulator") -> str:
    try:
        return write(handle)
    except Exception as error:  # the report of a failed test must not fail
        return f"nothing can be told: {error}"
