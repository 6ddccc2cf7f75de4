"""Cases at APLYiD Workflow."""

import time
from dataclasses import dataclass

import requests

WAITS = (0.05, 0.1)  # seconds before the second and the third try; a real shop waits longer
SECONDS_TO_ANSWER = 5.0


class Refused(Exception):
    """APLYiD does not take the order; the text is for the customer."""


class NotAvailable(Exception):
    """APLYiD did not answer as it should, not even at the last try."""


@dataclass(frozen=True)
class Identity:
    """APLYiD at that address, with that key."""

    base_url: str
    access_key: str

    def open_case(self, reference: str, name: str, email: str | None) -> int:
        """The number of a new case; raises Refused or NotAvailable."""
        order = _order(reference, name, email)
        for wait in (*WAITS, None):
            answer = self._try(order)
            if answer is not None and answer.status_code == 201:
                return int(answer.json()["case_id"])
            if answer is not None and answer.status_code in (400, 422):
                raise Refused(answer.json()["message"])
            if wait is not None:
                time.sleep(wait)
        raise NotAvailable

    def _try(self, order: dict) -> requests.Response | None:
        headers = {"X-Workflow-Access-Key": self.access_key}
        url = f"{self.base_url}/integrations/core/cases"
        try:
            return requests.post(url, json=order, headers=headers, timeout=SECONDS_TO_ANSWER)
        except requests.RequestException:
            return None


def _order(reference: str, name: str, email: str | None) -> dict:
    first, _, last = name.partition(" ")
    return {
        "activity": {"name": f"Order {reference}", "nature": "New customer", "external_id": reference},
        "client": {
            "name": name,
            "client_type": "individual",
            "clientable_attributes": {"firstname": first, "lastname": last},
            **({"email": email} if email else {}),
        },
    }
