"""What the emulator holds in memory after many creates."""

from dataclasses import dataclass

from benchmarks.contestants import Cores, running
from benchmarks.load import Job, drive

BOUND = 60.0
BOTH = ("aplyid", "sphinxhq")


@dataclass(frozen=True)
class Resident:
    """Resident megabytes; None where the system does not tell."""

    first: float | None
    last: float | None
    bare: float | None
    creates: int


def measure(creates: int, cores: Cores) -> Resident:
    """After the first create and after so many, both APIs in turn; and of the bare view after as many requests."""
    with running("emulator", cores) as server:
        drive(Job(port=server.port, orders=BOTH, most=1))
        first = server.resident_megabytes()
        drive(Job(port=server.port, orders=BOTH, first=2, most=creates - 1))
        last = server.resident_megabytes()
    with running("bare", cores) as server:
        drive(Job(port=server.port, orders=("bare",), most=creates))
        return Resident(first, last, server.resident_megabytes(), creates)
