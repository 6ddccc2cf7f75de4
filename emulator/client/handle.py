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
        made: dict[str, Any] = {"name": sandbox} if sandbox else control.ask("POST", "/sandboxes")
        self.sandbox: str = made["name"]
        self._address = SandboxAddress(control, self.sandbox)
        self._providers: list[str] | None = made.get("providers")
        self._apis: dict[str, Api] = {}

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
        variables = {"CASE_EMULATOR_URL": self.url}
        for one in self._address.ask("GET", "providers")["providers"]:
            variables |= {one["variables"]["url"]: self.url, one["variables"]["credential"]: one["credential"]}
        return variables

    @property
    def providers(self) -> list[str]:
        """The names of the emulated APIs; each is an attribute of the handle, as in `sandbox.aplyid`."""
        if self._providers is None:
            self._providers = self._address.ask("GET")["providers"]
        return self._providers

    def __getattr__(self, name: str) -> Api:
        """Return the emulated API of that name."""
        if name.startswith("_") or name not in self.providers:
            known = "" if name.startswith("_") else f"; the emulated APIs are {', '.join(self.providers)}"
            raise AttributeError(f"{type(self).__name__} has no attribute {name}{known}")
        return self._apis.setdefault(name, Api(self._address, name))

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
