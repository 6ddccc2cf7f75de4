"""What a process may leave behind: ports, files, threads."""

import os
import socket
from collections import Counter
from pathlib import Path

import pytest

needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="/proc says what processes are and have")


def is_free(port: int) -> bool:
    """Does nobody listen at the port, and can it be had?"""
    with socket.socket() as caller:
        if caller.connect_ex(("127.0.0.1", port)) == 0:
            return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections that ended a moment ago do not count
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def listens_here(port: int) -> bool:
    """Does this process listen at the port? Another test may have got it since it was given up."""
    tables = [Path(f"/proc/self/net/{name}").read_text("ascii").splitlines()[1:] for name in ("tcp", "tcp6")]
    rows = [line.split() for lines in tables for line in lines]
    listening = {f"socket:[{row[9]}]" for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")}
    return not listening.isdisjoint(opened())


def processes_of(folder: Path) -> list[int]:
    """The processes that work in that folder or below, as far as /proc says so."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if entry.readlink().is_relative_to(folder):
                found.append(int(entry.parent.name))
        except OSError:  # it is of somebody else, or has ended meanwhile
            continue
    return found


def opened() -> Counter[str]:
    """What this process has open, each as often as it has; one is <= another that has all of it."""
    found = Counter[str]()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found[os.readlink(entry)] += 1
        except FileNotFoundError:  # the folder itself, while it was listed
            continue
    return found
