"""A request body that is sent in ten parts, over some seconds."""

from collections.abc import Iterator
from contextlib import nullcontext
from threading import Event

from emulator.core.turns import Away
from emulator.quick_dataclass import dataclass

PIECES = 10


@dataclass(frozen=True)
class SlowBody:
    """The bytes, a tenth of them at a time; its length is that of the bytes, so that Content-Length is right."""

    body: bytes
    seconds: float
    away: Away = nullcontext

    def __len__(self) -> int:
        return len(self.body)

    def __iter__(self) -> Iterator[bytes]:
        size = max(1, -(-len(self.body) // PIECES))
        pause = Event()  # never set, so that waiting for it is a sleep
        for start in range(0, len(self.body), size):
            with self.away():
                pause.wait(self.seconds / PIECES)
            yield self.body[start : start + size]
