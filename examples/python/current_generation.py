"""Screen an order with Sphinx's current generation: a token, a case that waits, its end, and the same case again.

Needs requests: python examples/python/current_generation.py
"""

import json
import os
import sys

import requests

EMULATOR = os.environ.get("CASE_EMULATOR_URL", "http://127.0.0.1:8642").rstrip("/")
SANDBOX = os.environ.get("EXAMPLE_SANDBOX", "current-generation-example")

http = requests.Session()
http.trust_env = False  # no proxy between here and this machine


def control(method: str, path: str, **body: object) -> dict:
    """Ask the emulator's own API about our sandbox."""
    answer = http.request(method, f"{EMULATOR}/_emulator/sandboxes/{SANDBOX}{path}", json=body)
    expect(answer.ok, f"{method} {path} was answered {answer.status_code}: {answer.text}")
    return answer.json()


def expect(is_so: bool, otherwise: str) -> None:
    """End the program unless it is so."""
    if not is_so:
        sys.exit(f"Not as expected: {otherwise}")


def log_in() -> dict[str, str]:
    """Return the header with an access token; at the emulator, the secret test_<name> opens the sandbox <name>."""
    client = {"client_id": "7e57ed00-0000-4000-8000-000000000001", "client_secret": f"test_{SANDBOX}"}
    answer = http.post(f"{EMULATOR}/api/oauth/token/", json={**client, "grant_type": "client_credentials"})
    expect(answer.ok, f"the token endpoint answered {answer.status_code}: {answer.text}")
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def sphinx(token: dict[str, str], method: str, path: str, **body: object) -> dict:
    """Send a request to Sphinx."""
    answer = http.request(method, f"{EMULATOR}/api/{path}", json=body or None, headers=token)
    expect(answer.ok, f"{method} {path} was answered {answer.status_code}: {answer.text}")
    return answer.json()


def prepare() -> None:
    """Empty the sandbox, and let its clock move only when told to."""
    control("POST", "/reset")
    control("PATCH", "", delay=2)
    control("PATCH", "/clock", mode="frozen")
    print(f"Sandbox {SANDBOX} of {EMULATOR} is empty, and its clock stands still.")


def tell_end() -> None:
    """Say how the latest case ended; the inbox keeps its webhook, as we named no receiver."""
    control("POST", "/clock/advance", seconds=2)
    case = json.loads(control("GET", "/inbox")["webhooks"][-1]["body"])
    expect(case["is_complete"], f"case {case['id']} is not complete")
    print(f"Case {case['id']} ({case['external_id']}) is complete: {case['outcome']}, risk {case['risk_score']}.")
    print(f"  {case['note']}")


def main() -> None:
    """Tell the whole story."""
    try:
        prepare()
        token = log_in()
        order = {"external_id": "order-1", "metadata": {"shop": 7}, "case_config": "aml-individual"}
        case = sphinx(token, "POST", "cases/", customer={"full_name": "Ada Lovelace"}, auto_start=False, **order)
        print(f"Sphinx opened case {case['id']} with {len(case['checks'])} checks; it waits.")
        twice = http.post(f"{EMULATOR}/api/cases/", json={"customer_id": 123, "external_id": "order-1"}, headers=token)
        expect(twice.status_code == 400, f"the same external_id was answered {twice.status_code}")
        started = sphinx(token, "POST", f"cases/{case['id']}/start/")
        expect(started["action_taken"] == "started", f"start answered {started['action_taken']}")
        tell_end()
        sphinx(token, "PATCH", f"cases/{case['id']}/", metadata={"shop": 8})
        again = sphinx(token, "POST", f"cases/{case['id']}/start/", allow_restart=True)
        expect(again["metadata"] == {"shop": 8}, f"the new case has the metadata {again['metadata']}")
        tell_end()
        control("POST", "/reset")
    except requests.ConnectionError:
        sys.exit(f"Not as expected: nothing answers at {EMULATOR}; start one with: case-emulator serve")
    print("All as expected.")


if __name__ == "__main__":
    main()
