"""Webhooks that are due at one instant, sent by the real worker to one receiver; nothing else runs in the process.

As a process it reads what to do as JSON from stdin and writes what came of it to stdout.
"""

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

from benchmarks.contestants import Cores, pin
from benchmarks.receiver import ROOT, receiving
from emulator.app import Built, build_emulator
from emulator.core.deliveries import Attempt, Delivery, DeliveryFilter, DeliveryState
from emulator.core.ports import Sender
from emulator.settings import Settings

GOAL = 400.0  # deliveries per second
SANDBOX = "default"
PATIENCE = 600.0
STEPS = 400  # deliveries made one after the other, to see where the time goes


@dataclass(frozen=True)
class Job:
    """How many webhooks to send to which port of this machine."""

    port: int
    many: int
    core: int | None


@dataclass(frozen=True)
class Drained:
    """What came of it."""

    many: int
    seconds: float
    busy: float  # share of a core that the sending process computed
    steps: dict[str, float]  # microseconds of one delivery, made alone

    @property
    def rate(self) -> float:
        """Deliveries per second."""
        return self.many / self.seconds


class Failed(Exception):
    """Not every webhook was taken exactly once."""


@dataclass
class Timed:
    """A sender with a stop-watch."""

    sender: Sender
    seconds: float = 0.0

    def send(self, delivery: Delivery) -> Attempt:
        """One attempt."""
        begun = time.perf_counter()
        attempt = self.sender.send(delivery)
        self.seconds += time.perf_counter() - begun
        return attempt


def measure(many: int, cores: Cores) -> tuple[Drained, float]:
    """The drain, and how busy its receiver was; raises Failed."""
    with receiving() as receiver:
        job = Job(receiver.port, many, cores.server)
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.drain"],
            cwd=ROOT,
            input=json.dumps(asdict(job)),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        taken = receiver.stop()
    if done.returncode:
        raise Failed(done.stderr.strip().rpartition("\n")[2])
    if taken.webhooks != many + STEPS:
        raise Failed(f"{many + STEPS} webhooks were sent, {taken.webhooks} came")
    return Drained(**json.loads(done.stdout)), taken.busy


@contextmanager
def _filled(job: Job, many: int) -> Iterator[Built]:
    """An emulator that is not started, with so many webhooks due in it."""
    built = build_emulator(Settings())
    try:
        fill(built, job.port, many)
        yield built
    finally:
        built.store.close()


def fill(built: Built, port: int, many: int) -> None:
    """Write so many webhooks to that port, all due at once."""
    now = built.scheduler.clock.now()
    with built.store.transaction() as tx:
        tx.add_sandbox(SANDBOX, [], now)
        for number in range(many):
            delivery = Delivery(
                id=str(uuid.uuid4()),
                sandbox=SANDBOX,
                provider="aplyid",
                case_id=number,
                event="case.completed",
                url=f"http://127.0.0.1:{port}/webhooks",
                headers={"Content-Type": "application/json", "X-Workflow-Event-Type": "case.completed"},
                body=b"{%s}" % (b" " * 250),
                state=DeliveryState.SCHEDULED,
                created_at=now,
                due_at=now,
            )
            tx.add_delivery(delivery)


def _drain(job: Job) -> tuple[float, float]:
    """Seconds until the last webhook was settled, and the share of a core that was used."""
    with _filled(job, job.many) as built:
        news = built.scheduler.outbox.news
        begun, computed = time.perf_counter(), time.process_time()
        built.scheduler.start()
        while news.sent < job.many:  # rings once for each that is settled
            time.sleep(0.005)
        took, busy = time.perf_counter() - begun, time.process_time() - computed
        built.scheduler.stop()
        with built.store.reading() as read:
            delivered = read.find_deliveries(SANDBOX, DeliveryFilter(states=frozenset({"delivered"})), job.many)
        if len(delivered) != job.many:
            raise Failed(f"{len(delivered)} of {job.many} are delivered")
    return took, busy / took


def _steps(job: Job) -> dict[str, float]:
    """Microseconds of each step of one delivery, one after the other in one thread."""
    with _filled(job, STEPS) as built:
        outbox = built.scheduler.outbox
        timed = Timed(outbox.sender)
        alone = replace(outbox, sender=timed)
        leased = delivered = 0.0
        while True:
            begun = time.perf_counter()
            claimed = alone.claim({}, 8)
            leased += time.perf_counter() - begun
            if not claimed:
                break
            begun = time.perf_counter()
            for delivery in claimed:
                alone.deliver(delivery)
            delivered += time.perf_counter() - begun
    found = {"lease, eight at a time": leased, "send": timed.seconds, "settle": delivered - timed.seconds}
    return {name: seconds / STEPS * 1e6 for name, seconds in found.items()}


if __name__ == "__main__":
    asked = Job(**json.load(sys.stdin))
    pin(0, asked.core)
    seconds, share = _drain(asked)
    print(json.dumps(asdict(Drained(asked.many, seconds, share, _steps(asked)))))
