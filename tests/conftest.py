"""Fixtures: a served emulator for all tests, with a sandbox of its own for each."""

import logging
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from zlib import crc32

import pytest

from emulator.store.opening import AnyStore, open_store
from tests import emulators
from tests.clean import CleanMachine, clean_machine
from tests.emulators import Emulator, served
from tests.postgres import Server, postgres_server
from tests.toolbox.missing import find_program

HERE = Path(__file__).parent
# Whoever is started in the background of a script, or by nohup, ignores these, and so would every process of a test.
for number in ("SIGINT", "SIGQUIT", "SIGHUP"):
    if getattr(signal, number, None) and signal.getsignal(getattr(signal, number)) is signal.SIG_IGN:
        signal.signal(getattr(signal, number), signal.SIG_DFL)
TAKE_LONG = {"browser", "machine"}  # fixtures that open or install something large


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever needs such a fixture is slow without saying so itself."""
    for item in items:
        if TAKE_LONG & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `make screenshots` and `make test-image` ask for."""
    parser.addoption("--write-screenshots", action="store_true", help="write the pictures of docs/images anew")
    parser.addoption("--on-postgres", action="store_true", help="keep everything in PostgreSQL, as make test-postgres")
    parser.addoption("--image-storage", metavar="FILE", help="where tests/image finds the image that was built")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Without an image there is nothing to test of it; `make test-image` builds one."""
    is_without = collection_path == HERE / "image" and not config.getoption("--image-storage")
    return True if is_without else None


@pytest.fixture(scope="session", autouse=True)
def _plain_environment() -> Iterator[None]:
    """No setting of the developer's shell reaches a test; the log is written as the command writes it."""
    logging.getLogger("emulator").setLevel(logging.INFO)
    if (
        signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    ):  # as after `&` in a script; the processes of the tests would inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("CASE_EMULATOR_"):
                patch.delenv(name)
        yield


class Held(logging.Handler):
    """Keeps what the server says of requests that held its loop."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())


@pytest.fixture(autouse=True)
def _nobody_holds_the_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    """A request that holds the loop of a server in this process fails the test that sent it."""
    held, log = Held(), logging.getLogger("emulator.server.held")
    log.addHandler(held)
    yield
    log.removeHandler(held)
    if "tells_of_the_loop" not in request.keywords:
        assert held.told == []


@pytest.fixture(scope="session")
def shared_emulator() -> Iterator[Emulator]:
    """One emulator for all tests that only need a sandbox of their own."""
    with served() as emulator:
        yield emulator


@pytest.fixture
def emulator(shared_emulator: Emulator, request: pytest.FixtureRequest) -> Emulator:
    """The shared emulator, in a sandbox that only this test uses."""
    name = re.sub("[^a-z0-9_-]", "-", request.node.nodeid.lower())
    return shared_emulator.of(f"{crc32(name.encode())}-{name[-50:]}")


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> CleanMachine:
    """A clean machine, made once because that takes a while."""
    return clean_machine(tmp_path_factory)


@pytest.fixture(scope="session", autouse=True)
def _engine(request: pytest.FixtureRequest) -> Iterator[None]:
    """With --on-postgres, each emulator that a test serves has a new schema in PostgreSQL."""
    with pytest.MonkeyPatch.context() as patch:
        if request.config.getoption("--on-postgres"):
            patch.setattr(emulators, "database", request.getfixturevalue("postgres").new_url)
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server of these tests; each test takes a schema of its own."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def url(postgres: Server) -> str:
    """The address of a schema in PostgreSQL that only this test uses."""
    return postgres.new_url()


@pytest.fixture
def pair(url: str) -> Iterator[tuple[AnyStore, AnyStore]]:
    """The stores of two processes on one database of PostgreSQL, which is empty."""
    with closing(open_store(None, url)) as one, closing(open_store(None, url)) as other:
        yield one, other


@pytest.fixture
def needs() -> Callable[[str], str]:
    """`needs("curl")` is the path of the program; where it is missing the test says how to install it."""
    return find_program
