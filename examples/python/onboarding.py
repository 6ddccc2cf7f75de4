"""Open a case with each API, let time pass, and check the webhooks that arrive, also when the receiver fails at first.

Needs requests and Flask: python examples/python/onboarding.py
"""

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests
from flask import Flask, request
from werkzeug.serving import make_server

EMULATOR = os.environ.get("CASE_EMULATOR_URL", "http://127.0.0.1:8642").rstrip("/")
SANDBOX = os.environ.get("EXAMPLE_SANDBOX", "python-example")
KEY = f"test_{SANDBOX}"  # such a key opens the sandbox of that name, at both APIs

http = requests.Session()
http.trust_env = False  # no proxy between here and this machine


@dataclass
class Receiver:
    """What your application would be: something that listens for webhooks. It is down while `down` is true."""

    down: bool = False
    url: str = ""
    arrived: list[tuple[str | None, dict]] = field(default_factory=list)

    def app(self) -> Flask:
        """A Flask application that remembers what came, and says no while it is down."""
        app = Flask("receiver")

        @app.post("/webhooks")
        def receive() -> tuple[str, int]:
            self.arrived.append((request.headers.get("X-Workflow-Webhook-Id"), request.get_json()))
            return ("", 503) if self.down else ("", 204)

        return app


@contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver on a free port, for the time of the block."""
    receiver = Receiver()
    server = make_server("127.0.0.1", 0, receiver.app(), threaded=True)
    receiver.url = f"http://127.0.0.1:{server.server_port}/webhooks"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))  # looks that often whether to end
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def control(method: str, path: str, **body: object) -> dict:
    """Ask the emulator's own API about our sandbox."""
    answer = http.request(method, f"{EMULATOR}/_emulator/sandboxes/{SANDBOX}{path}", json=body)
    expect(answer.ok, f"{method} {path} was answered {answer.status_code}: {answer.text}")
    return answer.json()


def expect(is_so: bool, otherwise: str) -> None:
    """End the program unless it is so."""
    if not is_so:
        sys.exit(f"Not as expected: {otherwise}")


def prepare(receiver: Receiver) -> None:
    """A sandbox nobody used yet, whose clock moves only when told to."""
    control("POST", "/reset")
    control("PATCH", "", delay=2, retry="standard", webhook_url=receiver.url)
    control("PATCH", "/clock", mode="frozen")
    print(f"Sandbox {SANDBOX} of {EMULATOR} is empty, and its clock stands still.")


def let_pass(seconds: float) -> None:
    """Let time pass; the answer comes when the receivers have answered."""
    control("POST", "/clock/advance", seconds=seconds)


def ask_aplyid(receiver: Receiver) -> None:
    """A case whose webhook finds the receiver down, and comes again."""
    order = {
        "activity": {"name": "Onboarding of John Doe", "nature": "New customer", "external_id": "order-9281"},
        "client": {
            "name": "John Doe",
            "client_type": "individual",
            "clientable_attributes": {"firstname": "John", "lastname": "Doe"},
        },
    }
    created = http.post(f"{EMULATOR}/integrations/core/cases", json=order, headers={"X-Workflow-Access-Key": KEY})
    expect(created.status_code == 201, created.text)
    print(f"APLYiD opened case {created.json()['case_id']} for John Doe: {created.json()['status']}.")
    receiver.down = True
    let_pass(2)
    print("Two seconds later its webhook came, but the receiver is down and answered 503.")
    receiver.down = False
    let_pass(5)
    expect(len(receiver.arrived) == 2, f"{len(receiver.arrived)} webhooks came instead of 2")
    (first_id, first), (second_id, second) = receiver.arrived
    expect((first_id, first) == (second_id, second), "the repetition is not the same webhook")
    expect(second["external_id"] == "order-9281", f"a webhook for {second['external_id']} came")
    expect(second["client"]["approval_status"] == "approved", f"the case ended {second['client']['approval_status']}")
    print(f"Five seconds later it came again with the same id, {second_id}: order-9281 is approved.")


def ask_sphinx(receiver: Receiver) -> None:
    """A case whose customer is turned down, because of the surname."""
    receiver.arrived.clear()
    order = {
        "customer": {"full_name": "Mary Rejected", "external_id": "cust-7"},
        "checks": [{"check_type": "PEP"}, {"check_type": "SANCTION"}],
        "webhook_url": receiver.url,  # Sphinx's webhooks go to each case's own URL
    }
    created = http.post(f"{EMULATOR}/api/cases/", json=order, cookies={"sessionid": KEY})
    expect(created.status_code == 201, created.text)
    print(f"Sphinx opened case {created.json()['id']} for Mary Rejected: {created.json()['status']}.")
    let_pass(2)
    expect(len(receiver.arrived) == 1, f"{len(receiver.arrived)} webhooks came instead of 1")
    [(_, webhook)] = receiver.arrived
    expect(webhook["outcome"] == "REJECTED", f"the case ended {webhook['outcome']}")
    read = http.get(f"{EMULATOR}/api/cases/{created.json()['id']}/", cookies={"sessionid": KEY})
    expect(read.json() == webhook, "a read tells something else than the webhook")
    print(f"Two seconds later its webhook is here: {webhook['outcome']}, risk {webhook['risk_score']}.")


def main() -> None:
    """The whole story."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # the story is enough to read
    with listening() as receiver:
        try:
            prepare(receiver)
            ask_aplyid(receiver)
            ask_sphinx(receiver)
            control("POST", "/reset")
        except requests.ConnectionError:
            sys.exit(f"Not as expected: nothing answers at {EMULATOR}; start one with: case-emulator serve")
    print("All as expected.")


if __name__ == "__main__":
    main()
