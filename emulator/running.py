"""Run an emulator: the wired application behind a socket."""

from contextlib import ExitStack
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from emulator.addresses import scheme_of
from emulator.app import build_emulator
from emulator.core.clock import WallClock
from emulator.core.deviation import AS_USUAL, Deviation
from emulator.delivery.targets import Targets
from emulator.hosts import read_pattern
from emulator.masking import masked_url
from emulator.server.http_server import Server, listen, local_address
from emulator.settings import BadSetting, Settings
from emulator.start_checks import refuse_open_control

if TYPE_CHECKING:
    from emulator.server.certificates import Certificates

SECONDS_TO_SERVE = 60.0  # until it answers: a machine that is busy takes its time, and one that fails says so at once


class RunningEmulator:
    """An emulator that listens once made, and serves from `start` to `stop`; also a context manager."""

    def __init__(self, settings: Settings, deviation: Deviation = AS_USUAL) -> None:
        """Build the emulator; raise PortTaken, OSError, BadSetting or StoreUnusable, and leave nothing behind then."""
        refuse_open_control(settings)
        with ExitStack() as undo:
            listening = listen(settings.host, settings.port)
            undo.callback(listening.close)
            host, port = listening.getsockname()[:2]
            self.address = local_address(host, port, scheme_of(settings))
            certificates = _certificates(settings)
            self._built = build_emulator(settings, self.address, deviation=deviation)
            undo.callback(self._built.store.close)
            self.url = settings.public_url or self.address
            context = certificates.context if certificates else None
            self._server = Server(self._built.app, listening, context, self._built.hooks)
            undo.callback(self._server.stop)
            _publish(certificates, settings.tls_ca_file)
            undo.pop_all()
        self.port = int(port)
        self._stopped = False
        self._has_background = not settings.no_background
        self.webhook_summary = _webhook_summary(settings.webhook_url, self._built.targets)

    @property
    def was_asked(self) -> bool:
        """Whether a request went to one of the emulated APIs, or to a path that does not exist."""
        return self._built.journal.next_number() > 1

    @property
    def database(self) -> str | None:
        """Where everything is kept, without a password; None for a temporary file."""
        return self._built.store.place

    def start(self) -> None:
        """Begin to answer requests, and to complete cases unless the settings say otherwise."""
        self._built.scheduler.start(has_work=self._has_background)
        self._server.start()

    def announce_stop(self) -> None:
        """Say by readyz that this emulator is about to stop; it answers everything as before."""
        self._built.app.is_about_to_stop = True

    def stop(self) -> None:
        """Answer the requests that were sent, let webhooks in flight end, free the port; do nothing a second time."""
        if self._stopped:
            return
        self._stopped = True
        self._built.begin_stop()
        # At the same time: the one waits for clients and the other for receivers, up to 10 seconds each.
        sending = Thread(target=self._built.scheduler.stop, name="stop")
        sending.start()
        self._server.stop()
        sending.join()
        self._built.scheduler.release()
        if self._built.receiver:
            self._built.receiver.close()
        self._built.store.close()

    def __enter__(self) -> "RunningEmulator":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _certificates(settings: Settings) -> "Certificates | None":
    """Return new certificates, None without --tls; raise BadSetting where they cannot be made."""
    if not (settings.tls or settings.tls_ca_file):
        return None
    from emulator.server.certificates import make_certificates, obstacle

    reason = obstacle(settings.tls, settings.tls_ca_file)
    if reason:
        raise BadSetting(reason)
    named = [read_pattern(text).host for text in settings.allow_host]
    hosts = [settings.host, urlsplit(settings.public_url or "").hostname, *(host for host in named if "/" not in host)]
    return make_certificates(filter(None, hosts), WallClock().now())


def _publish(certificates: "Certificates | None", file: Path | None) -> None:
    """Write the authority's certificate to the file; raise BadSetting.

    Done last, when nothing else can fail: another emulator may serve with the authority that the file holds now.
    """
    if certificates is None or file is None:
        return
    try:
        file.write_bytes(certificates.authority)
    except OSError as error:
        raise BadSetting(f"--tls-ca-file {file} cannot be written: {error.strerror or error}") from error


def _webhook_summary(url: str | None, targets: Targets) -> str:
    """Return where the webhooks of an integration go, as the end of a sentence that begins with them."""
    if url is None:
        return "go to the inbox (--webhook-url sends them)"
    objection = targets.objection(url)
    return f"are kept in the inbox, not sent ({objection})" if objection else f"go to {masked_url(url)}"
