"""The handle by which a test drives one sandbox."""

import os
from functools import cached_property
from types import TracebackType

from emulator.client.address import SandboxAddress, without_none
from emulator.client.apis import Api
from emulator.client.payloads import ApiDescription, Json
from emulator.client.proxies import bypass_proxies
from emulator.client.resources import Cases, Clock, Faults, Outcomes, Requests
from emulator.client.transport import Control
from emulator.client.webhooks import Webhooks

__tracebackhide__ = True  # pytest shows the line of the test that called, not ours

LOCAL = "http://127.0.0.1:8642"


class CaseEmulator:
    """A sandbox of the emulator at `url`, as a context manager that empties it at the start and at the end.

    Without a name the emulator chooses one that nobody else uses. `token` is the control token, if the emulator needs
    one. `ca_file` is the authority to trust at an https:// address: the file that `--tls-ca-file` names. Raises
    NotReached.

    A handle can be pickled: in another process it drives the same sandbox, over a connection of its own.
    """

    def __init__(
        self,
        url: str = LOCAL,
        sandbox: str | None = None,
        token: str | None = None,
        ca_file: "str | os.PathLike[str] | None" = None,
    ) -> None:
        self.ca_file = None if ca_file is None else os.path.abspath(ca_file)
        control = Control(url, token, authority=self.ca_file, keep_alive=True)
        self.url = control.url
        created: Json = {"name": sandbox} if sandbox else control.ask("POST", "/sandboxes")
        self.sandbox: str = created["name"]
        self._address = SandboxAddress(control, self.sandbox)
        self._providers: list[str] | None = created.get("providers")
        self._apis: dict[str, Api] = {}
        self.skips_time = False  # whether waiting for a webhook moves a frozen clock unless told

    def __reduce__(self) -> tuple[object, ...]:
        """Go to other processes by address and settings; neither end asks the emulator for that."""
        how = (self.url, self.sandbox, self._address.control.token, self.ca_file)
        return type(self), how, {"skips_time": self.skips_time}

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
        """Return the variables by which a program under test finds the emulator and this sandbox, past any proxy."""
        variables = {"CASE_EMULATOR_URL": self.url, **bypass_proxies(self.url)}
        variables |= {"CASE_EMULATOR_TLS_CA_FILE": self.ca_file} if self.ca_file else {}
        apis: list[ApiDescription] = self._address.ask("GET", "providers")["providers"]
        for api in apis:
            variables |= {api["variables"]["url"]: self.url, api["variables"]["credential"]: api["credential"]}
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
        """The cases of the sandbox."""
        return Cases(self._address)

    @property
    def webhooks(self) -> Webhooks:
        """The webhooks of the sandbox."""
        return Webhooks(self._address, self.skips_time)

    @cached_property
    def clock(self) -> Clock:
        """The clock of the sandbox."""
        return Clock(self._address)

    @cached_property
    def outcomes(self) -> Outcomes:
        """The plans and rules that decide how cases end."""
        return Outcomes(self._address)

    @cached_property
    def faults(self) -> Faults:
        """The planned failures of the sandbox."""
        return Faults(self._address)

    @cached_property
    def requests(self) -> Requests:
        """The journal of the sandbox: what came in and what went out."""
        return Requests(self._address)

    def configure(self, **settings: object) -> Json:
        """Set some of webhook_url, delay, pace, retry, seed, default_outcome, integration, case_configs; return all."""
        changed: Json = self._address.ask("PATCH", "", without_none(**settings))["settings"]
        return changed

    def reset(self) -> None:
        """Empty the sandbox, as on first use; no webhook from before the reset is sent afterwards."""
        empty: Json = self._address.ask("POST", "reset")
        self._providers = empty["providers"]  # so that a test's first case needs no question for them

    def snapshot(self) -> Json:
        """Return the whole sandbox as one JSON document."""
        snapshot: Json = self._address.ask("GET", "snapshot")
        return snapshot

    def restore(self, snapshot: Json) -> None:
        """Replace the sandbox by a snapshot, with the same ids."""
        self._address.ask("POST", "restore", snapshot)
