"""How long a page of Sphinx's lists takes when a sandbox holds a hundred thousand cases."""

import time
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import median

from benchmarks.contestants import Cores, running
from benchmarks.load import Job, drive

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
    """Open so many cases in one sandbox, and then ask for each list a few times on one connection."""
    with running("emulator", cores) as server:
        drive(Job(port=server.port, orders=("sphinxhq",), most=cases))
        connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
        medians = {path: median(_ask(connection, path) for _ in range(TIMES)) for path in ASKED}
        connection.close()
    return Listed(cases, medians)


def _ask(connection: HTTPConnection, path: str) -> float:
    begun = time.perf_counter()
    connection.request("GET", path, headers=KEY)
    answer = connection.getresponse()
    body = answer.read()
    took = time.perf_counter() - begun
    if answer.status != 200 or b'"results"' not in body:
        raise Failed(f"{path} was answered {answer.status}")
    return took
