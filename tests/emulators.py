"""A served emulator, and the two APIs in the verbs of a user."""

import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

import requests

from emulator.running import RunningEmulator
from emulator.setting_sources import read_settings
from emulator.settings import Settings
from tests.waiting import PATIENCE
from tests.wire import Answer, exchange


def fixture(provider: str, name: str) -> dict[str, Any]:
    """One exchange as the service prints it: request, answer, webhook."""
    text = files(f"emulator.fixtures.{provider}").joinpath(f"{name}.json").read_text("utf-8")
    exchange: dict[str, Any] = json.loads(text)
    return exchange


def compact(value: Any) -> str:
    """JSON as both frameworks write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


CREATE_CASE = fixture("aplyid", "create_case")
APLYID_PATH, SPHINXHQ_PATH = "/integrations/core/cases", "/api/cases/"


def no_database() -> str | None:
    """Nothing is kept."""
    return None


# Where an emulator of the tests keeps everything when a test does not say: `make test-postgres` names new databases.
database: Callable[[], str | None] = no_database


def settings(**given: Any) -> Settings:
    """Settings as the command would read them, on a free port and ending cases at once."""
    from pathlib import Path

    if "database" not in given and not given.get("ephemeral") and (url := database()):
        given["database"] = url
    return read_settings({"port": 0, "delay": 0, **given}, {}, Path("/nonexistent"))


@contextmanager
def served(**given: Any) -> Iterator["Emulator"]:
    """An emulator that serves on a free port, for the time of the block."""
    with RunningEmulator(settings(**given)) as running:
        yield Emulator(running.address, authority=str(given["tls_ca_file"]) if "tls_ca_file" in given else None)


class PatientSession(requests.Session):
    """Requests that give up some day, later than any the emulator itself may hold up."""

    def request(self, *args: Any, **named: Any) -> requests.Response:
        return super().request(*args, **{"timeout": 2 * PATIENCE, **named})


@dataclass
class Emulator:
    """A served emulator as its user sees it: an address."""

    url: str
    sandbox: str = "default"
    http: requests.Session = field(default_factory=PatientSession)
    authority: str | None = None  # the file of whom to trust, where TLS is spoken

    def __post_init__(self) -> None:
        self.http.trust_env = False
        self.http.verify = self.authority or True

    @property
    def port(self) -> int:
        return int(urlsplit(self.url).port or 0)

    @property
    def aplyid(self) -> "Aplyid":
        return Aplyid(self)

    @property
    def sphinxhq(self) -> "Sphinxhq":
        return Sphinxhq(self)

    def of(self, sandbox: str) -> "Emulator":
        """The same emulator, seen with the keys of another sandbox."""
        return Emulator(self.url, sandbox, self.http, self.authority)

    def control(self, method: str, path: str, body: Any = None) -> requests.Response:
        """Ask the control API, below this sandbox."""
        url = f"{self.url}/_emulator/sandboxes/{self.sandbox}" + (f"/{path}" if path else "")
        return self.http.request(method, url, json=body)

    def wait(self, path: str) -> dict[str, Any]:
        """Wait by the control API for what must come, however long that takes."""
        named, _, query = path.partition("?")
        patient = f"timeout={PATIENCE:.0f}&" if named.endswith("/wait") and "timeout=" not in query else ""
        answer = self.control("GET", f"{named}?{patient}{query}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def inbox(self) -> list[dict[str, Any]]:
        """What the inbox of this sandbox keeps now."""
        webhooks: list[dict[str, Any]] = self.http.get(f"{self.url}/_emulator/sandboxes/{self.sandbox}/inbox").json()[
            "webhooks"
        ]
        return webhooks

    def raw(self, request: bytes, timeout: float = PATIENCE) -> Answer:
        """Send those very bytes on a socket of their own and read the answer."""
        with self.connect(timeout) as line:
            return exchange(line, request)

    def connect(self, timeout: float = PATIENCE) -> socket.socket:
        """A connection of its own, with TLS where TLS is spoken."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout)
        if self.authority is None:
            return line
        return ssl.create_default_context(cafile=self.authority).wrap_socket(line, server_hostname="localhost")


@dataclass
class Aplyid:
    """APLYiD Workflow in the verbs of its user."""

    emulator: Emulator

    def post(self, body: Any, **headers: str) -> requests.Response:
        """Create Case with that body and nothing filled in."""
        named = {"X-Workflow-Access-Key": f"test_{self.emulator.sandbox}"} | {
            k.replace("_", "-"): v for k, v in headers.items()
        }
        return self.emulator.http.post(self.emulator.url + APLYID_PATH, json=body, headers=named)

    def order(self, **changes: Any) -> dict[str, Any]:
        """A valid request; changes name a place, as in `activity__name="x"`; LEAVE_OUT takes it away."""
        return changed(
            {
                "activity": {"name": "Onboarding", "nature": "New customer", "external_id": "order-1"},
                "client": {
                    "name": "John Doe",
                    "client_type": "individual",
                    "clientable_attributes": {"firstname": "John", "lastname": "Doe"},
                },
            },
            changes,
        )

    def create(self, **changes: Any) -> requests.Response:
        """Create Case with a valid request, changed so."""
        return self.post(self.order(**changes))

    def open_case(self, **changes: Any) -> dict[str, Any]:
        """A case that was accepted."""
        answer = self.create(**changes)
        assert answer.status_code == 201, answer.text
        case: dict[str, Any] = answer.json()
        return case

    def message(self, **changes: Any) -> str:
        """What a refused request is told."""
        answer = self.create(**changes)
        assert answer.status_code in (400, 422), answer.text
        return str(answer.json()["message"])


@dataclass
class Sphinxhq:
    """Sphinx in the verbs of its user."""

    emulator: Emulator

    @property
    def cookies(self) -> dict[str, str]:
        return {"sessionid": f"test_{self.emulator.sandbox}"}

    def post(self, body: Any) -> requests.Response:
        """Create Case with that body."""
        return self.emulator.http.post(self.emulator.url + SPHINXHQ_PATH, json=body, cookies=self.cookies)

    def create(self, **fields: Any) -> requests.Response:
        """Create Case for a new customer, with those fields as well."""
        return self.post({"customer": {"full_name": "Mary Chen"}, **fields})

    def open_case(self, **fields: Any) -> dict[str, Any]:
        """A case that was accepted."""
        answer = self.create(**fields)
        assert answer.status_code == 201, answer.text
        case: dict[str, Any] = answer.json()
        return case

    def problems(self, **fields: Any) -> Any:
        """What a refused request is told."""
        answer = self.create(**fields)
        assert answer.status_code == 400, answer.text
        return answer.json()

    def get(self, path: str = "") -> requests.Response:
        """A read below /api/cases/."""
        return self.emulator.http.get(f"{self.emulator.url}{SPHINXHQ_PATH}{path}", cookies=self.cookies)


LEAVE_OUT = object()


def changed(value: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The value with `a__b=x` put at a.b, and LEAVE_OUT taken away."""
    for place, new in changes.items():
        *way, last = place.split("__")
        part = value
        for step in way:
            part = part.setdefault(step, {})
        if new is LEAVE_OUT:
            part.pop(last, None)
        else:
            part[last] = new
    return value
