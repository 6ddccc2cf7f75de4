"""The file of a database that nobody wants to keep."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path


def make_temporary() -> Path:
    """Make an empty file for its owner alone; raise OSError where there is no folder for such files, or no room.

    SQLite would make one by itself for a database without a name. Of those, 3.40 (and perhaps others) lose pages when a
    transaction is undone after some of it had to be written out: "database disk image is malformed", hours later.
    """
    handle, name = tempfile.mkstemp(prefix="case-emulator-", suffix=".sqlite")
    os.close(handle)
    return Path(name)


def remove(path: Path) -> None:
    """Remove the file. Where systems let an open file be removed, nothing is left of it however the process ends."""
    with suppress(OSError):  # Windows does not: it is removed once it is closed
        path.unlink()
