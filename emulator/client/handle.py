"""The handle of one sandbox."""

from functools import cached_property
from types import TracebackType
from typing import Any

from emulator.client.address import SandboxAddress, without_none
from emulator.client.apis import Api
from emulator.client.resources import Cases, Clock, Faults, Outcomes, Requests
from emulator.client.transport import Control
from emulator.client.webhooks import Webhooks

LOCAL = "http://127.0.0.1:8642"


class CaseEmulator:
    """A sandbox of the emulator at `url`, as a context manager: made newborn at the start and at the end.

    Without a name it is one that nobody else uses. `token` is the control token, where the emulator asks for one.
    Raises NotReached.
    """

    def __init__(self, url: str = LOCAL, sandbox: str | None = None, token: str | None = None) -> None:
        control = Control(url, token, keep_alive=True)
        self.url = control.url
        self.sandbox: str = sandbox or control.ask("POST", "/sandboxes")["name"]
        self._address = SandboxAddress(control, self.sandbox)

    def __enter__(self) -> "CaseEmulator":
        self.reset()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.reset()
        self._address.control.close()

    @property
    def access_key(self) -> str:
        """The X-Workflow-Access-Key that opens the sandbox at APLYiD's API."""
        return f"test_{self.sandbox}"

    @property
    def session_id(self) -> str:
        """The sessionid that opens the sandbox at Sphinx's API."""
        return f"test_{self.sandbox}"

    def env(self) -> dict[str, str]:
        """The variables a program under test needs to find the emulator and this sandbox."""
        return {
            "APLYID_BASE_URL": self.url,
            "APLYID_ACCESS_KEY": self.access_key,
            "SPHINXHQ_BASE_URL": self.url,
            "SPHINXHQ_SESSION_ID": self.session_id,
            "CASE_EMULATOR_URL": self.url,
        }

    @cached_property
    def aplyid(self) -> Api:
        """Create Case of APLYiD Workflow."""
        return Api(self._address, "aplyid")

    @cached_property
    def sphinxhq(self) -> Api:
        """Create Case of Sphinx."""
        return Api(self._address, "sphinxhq")

    @cached_property
    def cases(self) -> Cases:
        """Its cases."""
        return Cases(self._address)

    @cached_property
    def webhooks(self) -> Webhooks:
        """Its webhooks."""
        return Webhooks(self._address)

    @cached_property
    def clock(self) -> Clock:
        """Its clock."""
        return Clock(self._address)

    @cached_property
    def outcomes(self) -> Outcomes:
        """How its cases end."""
        return Outcomes(self._address)

    @cached_property
    def faults(self) -> Faults:
        """What goes wrong in it."""
        return Faults(self._address)

    @cached_property
    def requests(self) -> Requests:
        """What was asked of it."""
        return Requests(self._address)

    def configure(self, **settings: Any) -> dict[str, Any]:
        """Set some of webhook_url, delay, pace, retry, seed, default_outcome, integration; what holds then."""
        held: dict[str, Any] = self._address.ask("PATCH", "", without_none(**settings))["settings"]
        return held

    def reset(self) -> None:
        """Make it newborn; no webhook of its old life starts after that."""
        self._address.ask("POST", "reset")

    def snapshot(self) -> dict[str, Any]:
        """All of it as one JSON document."""
        taken: dict[str, Any] = self._address.ask("GET", "snapshot")
        return taken

    def restore(self, snapshot: dict[str, Any]) -> None:
        """Make it what the document says, with the same ids."""
        self._address.ask("POST", "restore", snapshot)
