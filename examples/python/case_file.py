"""Follow one customer through Sphinx: documents, a case, a further check after its end, and the whole case once more.

Needs requests: python examples/python/case_file.py
"""

import base64
import json
import os
import sys

import requests

EMULATOR = os.environ.get("CASE_EMULATOR_URL", "http://127.0.0.1:8642").rstrip("/")
SANDBOX = os.environ.get("EXAMPLE_SANDBOX", "case-file-example")
SESSION = {"sessionid": f"test_{SANDBOX}"}  # such a key opens the sandbox of that name

http = requests.Session()
http.trust_env = False  # no proxy between here and this machine


def control(method: str, path: str, **body: object) -> dict:
    """Ask the emulator's own API about our sandbox."""
    answer = http.request(method, f"{EMULATOR}/_emulator/sandboxes/{SANDBOX}{path}", json=body)
    expect(answer.ok, f"{method} {path} was answered {answer.status_code}: {answer.text}")
    return answer.json()


def sphinx(method: str, path: str, **body: object) -> dict:
    """Send a request to Sphinx."""
    answer = http.request(method, f"{EMULATOR}/api/{path}", json=body or None, cookies=SESSION)
    expect(answer.ok, f"{method} {path} was answered {answer.status_code}: {answer.text}")
    return answer.json()


def expect(is_so: bool, otherwise: str) -> None:
    """End the program unless it is so."""
    if not is_so:
        sys.exit(f"Not as expected: {otherwise}")


def prepare() -> None:
    """Empty the sandbox, and let its clock move only when told to."""
    control("POST", "/reset")
    control("PATCH", "", delay=2)
    control("PATCH", "/clock", mode="frozen")
    print(f"Sandbox {SANDBOX} of {EMULATOR} is empty, and its clock stands still.")


def latest_webhook() -> dict:
    """Return the case that was sent last; the inbox keeps it, as we named no receiver."""
    control("POST", "/clock/advance", seconds=2)
    return json.loads(control("GET", "/inbox")["webhooks"][-1]["body"])


def tell_end(case: dict) -> None:
    """Say how a case ended, and expect it to have ended well."""
    expect(case["outcome"] == "ACCEPTED", f"case {case['id']} ended {case['outcome']}")
    print(f"Case {case['id']} is {case['status']}: {case['outcome']}, risk {case['risk_score']}.")
    print(f"  {case['checks'][-1]['title']}: {case['checks'][-1]['note']}")


def main() -> None:
    """Tell the whole story."""
    try:
        prepare()
        customer = sphinx("POST", "customers/", full_name="Ada Lovelace", external_id="cust-1", delete_after=90)
        passport = base64.b64encode(b"%PDF-1.4 a passport").decode()
        case = sphinx("POST", "cases/", customer_id=customer["id"], checks=[{"check_type": "PEP"}])
        print(f"Sphinx opened case {case['id']} for {customer['full_name']}: {case['status']}.")
        document = sphinx("POST", "documents/", file=passport, original_name="passport.pdf", case_id=case["id"])
        print(f"Document {document['id']} is kept without its bytes; {document['file']} says so.")
        tell_end(latest_webhook())
        sphinx("POST", "checks/", case_id=case["id"], check_type="SANCTION")
        opened = sphinx("GET", f"cases/{case['id']}/")
        expect(opened["status"] == "PROCESSING", f"the case is {opened['status']} after a further check")
        tell_end(latest_webhook())
        again = sphinx("POST", f"cases/{case['id']}/start/")
        expect(len(again["checks"]) == 2, f"the new case has {len(again['checks'])} checks")
        expect(sphinx("GET", f"documents/{document['id']}/")["case"] == again["id"], "the document stayed behind")
        tell_end(latest_webhook())
        control("POST", "/reset")
    except requests.ConnectionError:
        sys.exit(f"Not as expected: nothing answers at {EMULATOR}; start one with: case-emulator serve")
    print("All as expected.")


if __name__ == "__main__":
    main()
