"""The file of a database: made for its owner alone, watched while it is open, and asked why it cannot be used."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from emulator.core.errors import StoreUnavailable

ROOM = 64 * 1024  # bytes that have to be free for the largest requests


class DatabaseFile:
    """An open database file, which nobody else may take away."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._log_path = log_of(self.path)
        self._main = _look(self.path)
        self._log: os.stat_result | None = None

    def check(self) -> None:
        """Raise StoreUnavailable when the file was deleted, replaced or cut, so that what is written would be lost."""
        main, log = _look(self.path), _look(self._log_path)
        self._log = self._log or log  # SQLite makes the log on the first use
        if not (_is_same(main, self._main) and _is_same(log, self._log)):
            raise StoreUnavailable(
                f"{self.path} was deleted or replaced while in use: start the emulator again "
                "(until then, snapshots can still be taken)"
            )
        if main and self._main and main.st_size < self._main.st_size:
            raise StoreUnavailable(f"{self.path} was cut while in use, and is lost: start the emulator again")


def _look(path: Path) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None


def _is_same(one: os.stat_result | None, other: os.stat_result | None) -> bool:
    """Return whether both are of one file, and not of another that got its name."""
    if one is None or other is None:
        return one is other
    return (one.st_ino, one.st_dev) == (other.st_ino, other.st_dev)


def log_of(path: Path) -> Path:
    """Return the path of the write-ahead log beside a database."""
    return path.with_name(f"{path.name}-wal")


def has_room(path: Path) -> bool:
    """Return whether the disk has room beside that file, as far as that can be known without writing."""
    if not hasattr(os, "statvfs"):
        return True
    found = os.statvfs(path.absolute().parent)
    return found.f_bavail * found.f_frsize >= ROOM


def why_unwritable(path: Path) -> str | None:
    """Return why the file cannot be made or written, and what to do; None if it looks as if it could be."""
    reason = _obstacle(path)
    return None if reason is None else f"{path} {reason}, or name another file with --database"


def _obstacle(path: Path) -> str | None:
    folder = path.absolute().parent
    if not os.path.isdir(folder):  # which is False, too, for one that may not be reached
        return f"cannot be opened: is its folder there, and yours? Make {folder}"
    if os.path.isdir(path):
        return "is a folder: name a file in it"
    if hasattr(os, "statvfs") and os.statvfs(folder).f_flag & os.ST_RDONLY:
        return "may not be written: its file system is mounted read-only. Mount it for writing"
    if os.path.exists(path) and not _may(path, os.W_OK):
        return "may not be written: it is read-only or not yours. Let the emulator write to it"
    if not _may(folder, os.W_OK | os.X_OK):
        return "cannot be opened: is its folder there, and yours? Let the emulator make files beside it"
    return None if has_room(path) else "has no room: the disk is full. Free some space"


def _may(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def make_private(path: Path) -> bool:
    """Make an empty file for its owner alone, and return True; return False where there is one, or none can be made."""
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        restrict(path)
        return True
    return False


def restrict(*paths: Path) -> None:
    """Let nobody but the owner read and write these files, and the group where `_is_shared`."""
    for path in paths:
        with suppress(OSError):  # it is not there, or not ours
            path.chmod(0o660 if _is_shared(path.absolute().parent) else 0o600)


def _is_shared(folder: Path) -> bool:
    """Return whether files in this folder are for its group too.

    So it is with a group that the folder passes on to its files, as /data does in the image, and with group 0 of a
    container that runs under any number (OpenShift): the next one may have another number.
    """
    mode = folder.stat().st_mode
    passes_on = bool(mode & stat.S_ISGID and mode & stat.S_IWGRP)
    return passes_on or (hasattr(os, "getuid") and os.getgid() == 0 and os.getuid() != 0)
