"""A proxy that forwards bytes and counts the connections: a client that reuses its connection makes one."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class CountingProxy:
    """Where it listens, and the ports that clients came from, a port a connection."""

    url: str
    client_ports: list[int] = field(default_factory=list)


@contextmanager
def counting_proxy(port: int) -> Iterator[CountingProxy]:
    """Forward to that port of this machine, for the time of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = CountingProxy(f"http://127.0.0.1:{listener.getsockname()[1]}")
        threading.Thread(target=_accept, args=(listener, port, proxy), daemon=True).start()
        yield proxy
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, port: int, proxy: CountingProxy) -> None:
    with suppress(OSError):  # the listener was closed: the test is over
        while True:
            client, (_, client_port) = listener.accept()
            proxy.client_ports.append(client_port)
            threading.Thread(target=_connect, args=(client, port), daemon=True).start()


def _connect(client: socket.socket, port: int) -> None:
    with client, socket.create_connection(("127.0.0.1", port)) as server:
        back = threading.Thread(target=_forward, args=(server, client), daemon=True)
        back.start()
        _forward(client, server)
        back.join()


def _forward(source: socket.socket, target: socket.socket) -> None:
    """Hand on all that comes, and then its end."""
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
