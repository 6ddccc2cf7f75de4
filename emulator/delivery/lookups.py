"""Look host names up within a time: a name server that does not answer holds up no attempt beyond its deadline.

The system's look-up cannot be cut, so it runs in a thread that is given up when the time is over. Whoever looks up the
same host meanwhile waits for that thread, so that there is one a host, however many attempts are made.
"""

import socket
from ipaddress import ip_address
from threading import Event, Lock, Thread

from emulator.hosts import Address, literal_of

MOST_LOOKUPS = 100  # at the same time
SECONDS = 10.0


class UnknownName(Exception):
    """The host name cannot be resolved here."""


class Lookup:
    """A look-up under way, or its result."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port = host, port
        self._done = Event()
        self._found: list[Address] = []
        self._failure: BaseException | None = None

    def run(self) -> None:
        """Ask the system, in this thread."""
        try:
            self._found = _ask_system(self._host, self._port)
        except BaseException as error:  # whoever waits raises it
            self._failure = error

    def end(self) -> None:
        """Wake those who wait for the result."""
        self._done.set()

    def wait(self, seconds: float) -> list[Address]:
        """Return the addresses; raise UnknownName if there are none, or none within that many seconds."""
        if not self._done.wait(max(seconds, 0.0)):
            raise UnknownName(f"the name {self._host} was not found in time: the name server does not answer")
        if self._failure:
            raise self._failure
        return self._found


_under_way: dict[tuple[str, int], Lookup] = {}
_lock = Lock()


def look_up(host: str, port: int, seconds: float = SECONDS) -> list[Address]:
    """Return every address of the host, IPv4 first; raise UnknownName.

    The caller checks and dials these, and does not look the name up again.
    """
    literal = literal_of(host)
    return [literal] if literal is not None else _started(host, port).wait(seconds)


def _started(host: str, port: int) -> Lookup:
    """Return the look-up of the host that is under way, else a new one."""
    key = (host, port)
    with _lock:
        found = _under_way.get(key)
        if found is None:
            if len(_under_way) >= MOST_LOOKUPS:
                raise UnknownName(f"the name {host} was not looked up: the name server answers none of {MOST_LOOKUPS}")
            found = Lookup(host, port)
            _start(Thread(target=_run, args=(key, found), name="look-up", daemon=True), host)
            _under_way[key] = found  # which the thread removes, but not before this lock is free
    return found


def _start(thread: Thread, host: str) -> None:
    try:
        thread.start()
    except RuntimeError as error:
        raise UnknownName(f"the name {host} was not looked up: the system has no thread left for it") from error


def _run(key: tuple[str, int], lookup: Lookup) -> None:
    lookup.run()
    with _lock:  # before anybody can see the result: who asks after that gets a new one
        del _under_way[key]
    lookup.end()


def _ask_system(host: str, port: int) -> list[Address]:
    name = "localhost" if host.endswith(".localhost") else host
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnknownName(f"the name {host} is not known here") from error
    addresses = {ip_address(str(info[4][0]).partition("%")[0]) for info in found}
    # IPv4 first: `localhost` often is ::1 as well, while many development servers listen on 127.0.0.1 only.
    return sorted(addresses, key=lambda address: (address.version, int(address)))
