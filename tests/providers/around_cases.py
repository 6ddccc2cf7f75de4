"""What stands around a case of Sphinx, in the verbs of its user, in a sandbox whose clock stands still."""

import base64
import json
from dataclasses import dataclass
from typing import Any

import requests

from tests.emulators import Emulator

PDF = "data:application/pdf;base64," + base64.b64encode(b"%PDF-1.4 sample").decode()
SECONDS = 60  # that a case takes


@dataclass
class Office:
    """One sandbox at Sphinx's API."""

    emulator: Emulator

    def __post_init__(self) -> None:
        assert self.emulator.control("PATCH", "", {"delay": SECONDS}).ok
        assert self.emulator.control("PATCH", "clock", {"mode": "frozen"}).ok

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        """Send any request with the key of the sandbox."""
        url, cookies = f"{self.emulator.url}/api/{path}", {"sessionid": f"test_{self.emulator.sandbox}"}
        return self.emulator.http.request(method, url, json=body, cookies=cookies, **options)

    def done(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """What a request is answered that succeeds."""
        answer = self.ask(method, path, body)
        assert answer.status_code in (200, 201), answer.text
        found: dict[str, Any] = answer.json()
        return found

    def open(self, *kinds: str, name: str = "Mary Chen", **fields: Any) -> dict[str, Any]:
        """A case with checks of these kinds."""
        checks = [{"check_type": kind} for kind in kinds]
        return self.done("POST", "cases/", {"customer": {"full_name": name}, "checks": checks, **fields})

    def case(self, case_id: int) -> dict[str, Any]:
        return self.done("GET", f"cases/{case_id}/")

    def start(self, case_id: int) -> dict[str, Any]:
        return self.done("POST", f"cases/{case_id}/start/")

    def add_check(self, case_id: int, kind: str | None = None, **fields: Any) -> dict[str, Any]:
        named = {"check_type": kind} if kind else {}
        return self.done("POST", "checks/", {"case_id": case_id, **named, **fields})

    def upload(self, name: str = "passport.pdf", **fields: Any) -> dict[str, Any]:
        return self.done("POST", "documents/", {"file": PDF, "original_name": name, **fields})

    def create_customer(self, **fields: Any) -> dict[str, Any]:
        return self.done("POST", "customers/", {"full_name": "Ada Lovelace", **fields})

    def status(self, path: str) -> int:
        return self.ask("GET", path).status_code

    def advance(self, seconds: float = SECONDS, days: int = 0) -> None:
        """Let time go by, and all happen that falls due."""
        assert self.emulator.control("POST", "clock/advance", {"seconds": seconds + days * 86_400}).ok

    def webhooks(self) -> list[dict[str, Any]]:
        """The cases that were sent, in the inbox's order."""
        return [json.loads(webhook["body"]) for webhook in self.emulator.inbox()]

    def listed(self, path: str) -> list[int]:
        """The ids of a list, whose count agrees with them."""
        page = self.done("GET", path)
        assert page["count"] == len(page["results"])
        return [each["id"] for each in page["results"]]
