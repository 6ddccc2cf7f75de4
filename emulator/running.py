"""An emulator that serves: the wired parts behind a socket."""

import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from emulator.addresses import scheme_of
from emulator.app import build_emulator
from emulator.core.clock import WallClock
from emulator.delivery.targets import Targets, is_loopback
from emulator.server.http_server import PlainServer, Server, listen, local_address
from emulator.settings import BadSetting, Settings

if TYPE_CHECKING:
    from emulator.server.certificates import Certificates


class RunningEmulator:
    """An emulator that serves, from `start` to `stop`; also a context manager."""

    def __init__(self, settings: Settings) -> None:
        """Raises PortTaken, BadSetting or StoreUnusable; nothing is left behind then."""
        _refuse_open_doors(settings)
        with ExitStack() as undo:
            listening = listen(settings.host, settings.port)
            undo.callback(listening.close)
            host, port = listening.getsockname()[:2]
            self.address = local_address(host, port, scheme_of(settings))
            certificates = _certificates(settings)
            self._built = build_emulator(settings, self.address)
            undo.callback(self._built.store.close)
            self.url = settings.public_url or self.address
            self._server = _server(self._built.app, listening, certificates)
            _publish(certificates, settings.tls_ca_file)
            undo.pop_all()
        self.port = int(port)
        self._stopped = False
        self.told_of_webhooks = _tell_of_webhooks(settings.webhook_url, self._built.targets)

    @property
    def was_asked(self) -> bool:
        """Has one of the emulated APIs been asked for anything, or a path that nobody has?"""
        return self._built.journal.next_number() > 1

    def start(self) -> None:
        """Begin to answer, and to take cases to their end."""
        self._built.scheduler.start()
        self._server.start()

    def stop(self) -> None:
        """Answer what was asked, let webhooks under way end, free the port; a second time there is nothing to do."""
        if self._stopped:
            return
        self._stopped = True
        self._server.stop()
        self._built.scheduler.stop()
        if self._built.receiver:
            self._built.receiver.close()
        self._built.store.close()

    def __enter__(self) -> "RunningEmulator":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _refuse_open_doors(settings: Settings) -> None:
    """Whoever reaches the control API can read and change everything; raises BadSetting."""
    if not (is_loopback(settings.host) or settings.control_token or settings.insecure_no_token):
        raise BadSetting(
            f"--host {settings.host} lets others in, and the control API asks them for no token: set --control-token, "
            "or --insecure-no-token to let everybody use it"
        )


def _certificates(settings: Settings) -> "Certificates | None":
    """Whom clients are to trust, and why; None: TLS is not asked for. Raises BadSetting."""
    if not (settings.tls or settings.tls_ca_file):
        return None
    from emulator.server.certificates import make_certificates, obstacle

    told = obstacle(settings.tls, settings.tls_ca_file)
    if told:
        raise BadSetting(told)
    named = [settings.host, urlsplit(settings.public_url or "").hostname, *settings.allow_host]
    return make_certificates(filter(None, named), WallClock().now())


def _server(app: Callable[..., Any], listening: socket.socket, certificates: "Certificates | None") -> Server:
    if certificates is None:
        return PlainServer(app, listening)
    from emulator.server.tls_server import TlsServer  # only who asks for TLS has what it needs

    return TlsServer(app, listening, certificates.context)


def _publish(certificates: "Certificates | None", file: Path | None) -> None:
    """Write down whom to trust, last of all: another emulator may serve by what stands there. Raises BadSetting."""
    if certificates is None or file is None:
        return
    try:
        file.write_bytes(certificates.authority)
    except OSError as error:
        raise BadSetting(f"--tls-ca-file {file} cannot be written: {error.strerror or error}") from error


def _tell_of_webhooks(url: str | None, targets: Targets) -> str:
    """Where the webhooks of an integration go, to end a sentence."""
    if url is None:
        return "go to the inbox (--webhook-url sends them)"
    objection = targets.objection(url)
    return f"are kept in the inbox, not sent ({objection})" if objection else f"go to {url}"
