"""An emulator that serves: the wired parts behind a socket."""

import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from emulator.app import create_app, scheme_of
from emulator.core.clock import Clock
from emulator.delivery.targets import Targets, is_loopback
from emulator.settings import BadSetting, Settings
from emulator.web.server import PlainServer, Server, listen, local_address


class RunningEmulator:
    """An emulator that serves, from `start` to `stop`; also a context manager."""

    def __init__(self, settings: Settings) -> None:
        """Raises PortTaken, BadSetting or StoreUnusable; nothing is left behind then."""
        _refuse_open_doors(settings)
        _refuse_half_of_tls(settings)
        listening = listen(settings.host, settings.port)
        try:
            host, port = listening.getsockname()[:2]
            self.address = local_address(host, port, scheme_of(settings))
            self._built = create_app(settings, self.address)
            self.url = settings.public_url or self.address
            self._server = _server(settings, self._built.app, listening)
        except BaseException:
            listening.close()
            raise
        self.port = int(port)
        self.told_of_webhooks = _tell_of_webhooks(settings.webhook_url, self._built.targets)

    def start(self) -> None:
        """Begin to answer, and to take cases to their end."""
        self._built.worker.start()
        self._server.start()

    def stop(self) -> None:
        """Answer what was asked, let webhooks under way end, free the port."""
        self._server.stop()
        self._built.worker.stop()
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


def _refuse_half_of_tls(settings: Settings) -> None:
    """Raises BadSetting where a file is named that nobody would ever write."""
    if settings.tls_ca_file and not settings.tls:
        raise BadSetting(f"--tls-ca-file {settings.tls_ca_file} is of use with --tls alone: give --tls as well")


def _server(settings: Settings, app: Callable[..., Any], listening: socket.socket) -> Server:
    """The server that those settings ask for; raises BadSetting."""
    if not settings.tls:
        return PlainServer(app, listening)
    from emulator.web.certificates import NoTls, make_certificates

    named = [settings.host, urlsplit(settings.public_url or "").hostname, *settings.allow_host]
    try:
        certificates = make_certificates(filter(None, named), Clock().now())
        if settings.tls_ca_file:
            settings.tls_ca_file.write_bytes(certificates.authority)
    except NoTls as error:
        raise BadSetting(str(error)) from error
    except OSError as error:
        raise BadSetting(
            f"--tls-ca-file {settings.tls_ca_file} cannot be written: {error.strerror or error}"
        ) from error
    from emulator.web.tls_server import TlsServer

    return TlsServer(app, listening, certificates.context)


def _tell_of_webhooks(url: str | None, targets: Targets) -> str:
    """Where the webhooks of an integration go, to end a sentence."""
    if url is None:
        return "go to the inbox (--webhook-url sends them)"
    objection = targets.objection(url)
    return f"are kept in the inbox, not sent ({objection})" if objection else f"go to {url}"
