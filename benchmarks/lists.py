"""How long a page of Sphinx's lists takes when a sandbox holds a hundred thousand cases."""

import time
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.contestants import Cores, await_port, keeping_command, killed
from benchmarks.growth import fill
from benchmarks.layers import log_to_nowhere
from benchmarks.workbench import Workbench

BOUND = 0.010  # seconds, the median of the first page
KEY = {"Cookie": "sessionid=test_default"}
BOUNDED = (
    "/api/cases/?page_size=25",
    "/api/checks/?page_size=25",
    "/api/cases/?page_size=25&outcome=PENDING",
    "/api/cases/?page_size=25&outcome=ACCEPTED",
    "/api/cases/?page_size=25&has_webhook=false",
)
ASKED = (
    *BOUNDED,
    "/api/cases/?page_size=25&customer_id=1000",
    "/api/checks/?page_size=25&check_type=PEP",
    "/api/checks/?page_size=25&check_type=PEP&min_risk_score=50",
    "/api/checks/?page_size=25&case_id=1000",
    "/api/cases/?page_size=25&page=last",
)
TIMES = 21


@dataclass(frozen=True)
class Listed:
    """Seconds of each list, the median of some."""

    cases: int
    medians: dict[str, float]


class Failed(Exception):
    """A list was not answered as it should be."""


def measure(cases: int, cores: Cores) -> Listed:
    """Write so many cases of each API into one sandbox, and then ask for each list a few times on one connection."""
    with TemporaryDirectory(prefix="benchmarks-") as folder, log_to_nowhere():
        command = keeping_command(port_file := Path(folder, "port"))
        with Workbench.open(Path(command[-1])) as bench:
            for _ in fill(bench, 2 * cases):
                pass
        with killed(command, Path(folder), cores) as process:
            return Listed(cases, _medians(await_port(port_file, process)))


def _medians(port: int) -> dict[str, float]:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        return {path: median(_ask(connection, path) for _ in range(TIMES)) for path in ASKED}
    finally:
        connection.close()


def _ask(connection: HTTPConnection, path: str) -> float:
    begun = time.perf_counter()
    connection.request("GET", path, headers=KEY)
    answer = connection.getresponse()
    body = answer.read()
    took = time.perf_counter() - begun
    if answer.status != 200 or b'"results"' not in body:
        raise Failed(f"{path} was answered {answer.status}")
    return took
