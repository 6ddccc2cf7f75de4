"""Collect the body of a request from what arrives of it piece by piece."""

import re
from io import BytesIO
from typing import IO

from emulator.server.limits import BODY_BYTES, CHUNK_OVERHEAD, HEAD_BYTES, IN_MEMORY
from emulator.server.refusals import Refusal

CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,16})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?")
LONGEST_LINE = 4096  # of a chunk's size with its extensions
END = b"\r\n"


class Body:
    """The bytes of one body; large ones are kept in a temporary file."""

    def __init__(self) -> None:
        self.file: IO[bytes] = BytesIO()
        self.length = 0

    def add(self, piece: bytes | bytearray) -> None:
        """Keep the next bytes."""
        if self.length <= IN_MEMORY < self.length + len(piece):
            self._move_to_disk()
        self.file.write(piece)
        self.length += len(piece)

    def _move_to_disk(self) -> None:
        from tempfile import TemporaryFile  # few requests need it

        kept, self.file = self.file, TemporaryFile()  # noqa: SIM115 (closed by `close`)
        kept.seek(0)
        self.file.write(kept.read())

    def close(self) -> None:
        """Let go of the bytes."""
        self.file.close()


class FixedBody(Body):
    """A body whose length is known."""

    is_too_large = False

    def __init__(self, content_length: int) -> None:
        super().__init__()
        self._missing = content_length

    def take(self, buffer: bytearray) -> bool:
        """Move what belongs to the body out of the buffer; return whether the body is complete."""
        piece = buffer[: self._missing]
        del buffer[: self._missing]
        self.add(piece)
        self._missing -= len(piece)
        return self._missing == 0


class ChunkedBody(Body):
    """A body in chunks, each below a line with its size; trailers are read over."""

    def __init__(self) -> None:
        super().__init__()
        self._missing = 0  # bytes of the current chunk, with the line end behind it
        self._overhead = 0  # of what is no data: the lines between the chunks, and the trailers behind them
        self._has_last = False
        self.is_too_large = False

    def take(self, buffer: bytearray) -> bool:
        """Move what belongs to the body out of the buffer; return whether the body is complete, or too large.

        Raise Refusal for what are no chunks.
        """
        taken = 0
        try:
            while not self.is_too_large:
                before = taken
                taken = self._trailer(buffer, taken) if self._has_last else self._step(buffer, taken)
                if taken < 0:  # the end of the trailers
                    taken = -taken
                    return True
                if taken == before:
                    return False
            return True
        finally:
            del buffer[:taken]

    def _step(self, buffer: bytearray, at: int) -> int:
        """Take a chunk's size, or what is there of a chunk; return the place in the buffer where the rest begins."""
        return self._chunk(buffer, at) if self._missing else self._size(buffer, at)

    def _size(self, buffer: bytearray, at: int) -> int:
        end = buffer.find(END, at, at + LONGEST_LINE)
        if end < 0:
            if len(buffer) - at >= LONGEST_LINE:
                raise Refusal(400, "the size of a chunk has no end")
            return at
        match = CHUNK_SIZE.fullmatch(buffer, at, end)
        if not match:
            raise Refusal(400, "the size of a chunk is no hexadecimal number")
        size = int(match[1], 16)
        self._overhead = self._overhead + end - at + 4 if size else 0
        self._missing, self._has_last = (size + 2, False) if size else (0, True)
        self.is_too_large = self.length + size > BODY_BYTES or self._overhead > CHUNK_OVERHEAD
        return end + 2

    def _chunk(self, buffer: bytearray, at: int) -> int:
        here = min(self._missing, len(buffer) - at)
        data = max(0, min(here, self._missing - 2))
        self.add(buffer[at : at + data])
        self._missing -= data
        at += data
        if self._missing != 2 or len(buffer) - at < 2:
            return at
        if buffer[at : at + 2] != END:
            raise Refusal(400, "a chunk is longer than its size says")
        self._missing = 0
        return at + 2

    def _trailer(self, buffer: bytearray, at: int) -> int:
        """Take one line of the trailer; return its negative end if it is the blank one behind the last."""
        end = buffer.find(END, at)
        if end == at:
            return -(at + 2)
        if (self._overhead + len(buffer) - at > HEAD_BYTES and end < 0) or self._overhead > HEAD_BYTES:
            raise Refusal(431, f"more than {HEAD_BYTES} bytes behind the last chunk")
        if end < 0:
            return at
        self._overhead += end - at + 2
        return end + 2
