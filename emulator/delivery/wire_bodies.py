"""Request bodies that are sent in an unusual way: in chunks, cut off, or with the last byte held back."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

from emulator.delivery.connection import TargetConnection
from emulator.quick_dataclass import dataclass

PATIENCE = 0.5  # seconds that eight connections wait for each other
Body = Callable[[bytes, TargetConnection], object]  # what is sent in place of the bytes


def chunked(body: bytes, connection: TargetConnection) -> Iterator[bytes]:
    """Yield the bytes in two pieces; without a length they are sent in chunks."""
    middle = len(body) // 2
    yield body[:middle]
    yield body[middle:]


@dataclass(frozen=True)
class CutBody:
    """The first half of the bytes under their whole length; then nothing more is sent, and the answer is not read."""

    body: bytes
    connection: TargetConnection
    note: Callable[[], None]

    def __len__(self) -> int:
        return len(self.body)

    def __iter__(self) -> Iterator[bytes]:
        yield self.body[: len(self.body) // 2]
        self.note()
        self.connection.end_sending()
        raise BrokenPipeError("cut off by a fault")


@dataclass(frozen=True)
class HeldBody:
    """The bytes, the last of which is sent when all who meet at the barrier are about to send theirs."""

    body: bytes
    barrier: Barrier

    def __len__(self) -> int:
        return len(self.body)

    def __iter__(self) -> Iterator[bytes]:
        yield self.body[:-1]
        with suppress(BrokenBarrierError):  # one was refused, or its receiver takes one connection at a time
            self.barrier.wait(PATIENCE)
        yield self.body[-1:]
