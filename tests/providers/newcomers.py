"""The current generation of Sphinx in the verbs of its user, who comes with a token."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from tests.providers.around_cases import Office

CLIENT_ID = "7e57ed00-0000-4000-8000-000000000001"
AT_ONCE = 50


class Newcomer(Office):
    """The same sandbox, with a token instead of the cookie."""

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {options.pop('token', f'test_{self.emulator.sandbox}')}"}
        url = f"{self.emulator.url}/api/{path}"
        return self.emulator.http.request(method, url, json=body, headers={**headers, **options.pop("headers", {})})

    @property
    def forerunner(self) -> Office:
        """The same sandbox, with the cookie."""
        return Office(self.emulator)

    def create(self, *kinds: str, **fields: Any) -> requests.Response:
        """Create Case for a new customer, with checks of these kinds."""
        checks = {"checks": [{"check_type": kind} for kind in kinds]} if kinds else {}
        return self.ask("POST", "cases/", {"customer": {"full_name": "Mary Chen"}, **checks, **fields})

    def change(self, case_id: int, **fields: Any) -> dict[str, Any]:
        return self.done("PATCH", f"cases/{case_id}/", fields)

    def restart(self, case_id: int, **fields: Any) -> tuple[int, dict[str, Any]]:
        """Status and answer of a start."""
        answer = self.ask("POST", f"cases/{case_id}/start/", fields)
        return answer.status_code, answer.json()

    def action(self, case_id: int, **fields: Any) -> tuple[int, str]:
        """Status of a start, and what it did."""
        status, answer = self.restart(case_id, **fields)
        return status, answer["action_taken"]

    def token(self, secret: str | None = None, **changes: Any) -> requests.Response:
        """What is answered to a request for a token."""
        secret = f"test_{self.emulator.sandbox}" if secret is None else secret
        body = {"client_id": CLIENT_ID, "client_secret": secret, "grant_type": "client_credentials", **changes}
        return self.emulator.http.post(f"{self.emulator.url}/api/oauth/token/", json=body)


def all_at_once(ask: Any) -> list[requests.Response]:
    """The answers to the same, asked fifty times at once."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda number: ask(), range(AT_ONCE)))
