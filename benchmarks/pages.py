"""How long the pages take when a sandbox holds a hundred thousand cases."""

import time
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import median

from benchmarks.contestants import Cores, running
from benchmarks.load import Job, drive

BOUND = 1.0  # seconds until the first page is whole
BOTH = ("aplyid", "sphinxhq")
POLLED = "/?part=live"
FOUND = ("/?search=nobody", "/?state=failed", "/inbox?state=all&search=nobody")
ASKED = ("/", POLLED, *FOUND, "/inbox", "/requests", "/cases/aplyid/1024", "/planning", "/sandboxes")
TIMES = 9


@dataclass(frozen=True)
class Shown:
    """Seconds to the last byte of each page: the median, and the longest of them all."""

    cases: int
    medians: dict[str, float]
    longest: float


class Failed(Exception):
    """A page was not answered as it should be."""


def measure(cases: int, cores: Cores) -> Shown:
    """Open so many cases of both APIs in one sandbox, and then each page a few times."""
    with running("emulator", cores) as server:
        drive(Job(port=server.port, orders=BOTH, most=cases))
        times = {path: [_open(server.port, path) for _ in range(TIMES)] for path in ASKED}
    return Shown(cases, {path: median(told) for path, told in times.items()}, max(map(max, times.values())))


def _open(port: int, path: str) -> float:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    begun = time.perf_counter()
    connection.request("GET", path, headers={"Accept": "text/html"})
    answer = connection.getresponse()
    body = answer.read()
    took = time.perf_counter() - begun
    connection.close()
    if answer.status != 200 or b"<" not in body:
        raise Failed(f"{path} was answered {answer.status}")
    return took
