"""Find a write-ahead log that SQLite would pass over in silence, as it does with one whose header is gone."""

import struct
from pathlib import Path

from emulator.store.database_file import log_of

HEADER = 32  # bytes
MAGIC = 0x377F0682  # the last bit says in which byte order the checksum is made
VERSION = 3007000


def why_unreadable(path: Path) -> str | None:
    """Return what is wrong with the write-ahead log beside a database; None without a log, and for a whole one."""
    log = log_of(path)
    try:
        size = log.stat().st_size
        with log.open("rb") as opened:
            header = opened.read(HEADER)
    except OSError:
        return None  # no log, or one that SQLite cannot read either, and says so
    if size <= HEADER:
        return None  # it holds nothing
    if not path.exists() or path.stat().st_size == 0:
        return f"{log} is there without its database: copy both files, or remove it to begin empty"
    if _is_whole(header):
        return None
    return (
        f"{log} has lost its header, and with it all that was written last: stop the emulator before its files are "
        "copied, and copy both; or remove it to go on with what the database itself holds"
    )


def _is_whole(header: bytes) -> bool:
    magic, version = struct.unpack(">II", header[:8])
    return magic | 1 == MAGIC | 1 and version == VERSION and _checksum(header, magic & 1) == header[24:]


def _checksum(header: bytes, is_big_endian: int) -> bytes:
    first = second = 0
    words = struct.unpack(">6I" if is_big_endian else "<6I", header[:24])
    for one, other in zip(words[::2], words[1::2], strict=True):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return struct.pack(">II", first, second)
