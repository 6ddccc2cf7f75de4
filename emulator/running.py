"""An emulator that serves: the wired parts behind a socket."""

from emulator.app import create_app
from emulator.delivery.targets import Targets, is_loopback
from emulator.settings import BadSetting, Settings
from emulator.web.server import Server, listen, local_address


class RunningEmulator:
    """An emulator that serves, from `start` to `stop`; also a context manager."""

    def __init__(self, settings: Settings) -> None:
        """Raises PortTaken, BadSetting or StoreUnusable; nothing is left behind then."""
        _refuse_open_doors(settings)
        listening = listen(settings.host, settings.port)
        try:
            host, port = listening.getsockname()[:2]
            self.address = local_address(host, port)
            self._built = create_app(settings, self.address)
            self.url = settings.public_url or self.address
            self._server = Server(self._built.app, listening)
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


def _tell_of_webhooks(url: str | None, targets: Targets) -> str:
    """Where the webhooks of an integration go, to end a sentence."""
    if url is None:
        return "go to the inbox (--webhook-url sends them)"
    objection = targets.objection(url)
    return f"are kept in the inbox, not sent ({objection})" if objection else f"go to {url}"
