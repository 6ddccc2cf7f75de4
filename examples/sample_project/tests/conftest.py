"""The application under test, told by its environment to ask the emulator instead of APLYiD."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from emulator.client import CaseEmulator, Webhook
from onboarding import create_app

# How the emulator reaches this machine; host.docker.internal, say, where it runs in a container.
WEBHOOK_HOST = os.environ.get("WEBHOOK_HOST", "127.0.0.1")


@pytest.fixture
def app(sandbox: CaseEmulator, tmp_path: Path) -> Flask:
    """The application, and a sandbox of its own behind it."""
    return create_app({**sandbox.env(), "ONBOARDING_DATABASE": str(tmp_path / "orders.sqlite")})


class Shop:
    """The application in the words of its users."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def order(self, reference: str, name: str = "Mary Chen", **more: str) -> int:
        """Place an order; the status of the answer."""
        return self.client.post("/orders", json={"reference": reference, "name": name, **more}).status_code

    def state(self, reference: str) -> str:
        """What became of an order."""
        return self.client.get(f"/orders/{reference}").json["state"]

    def decisions(self, reference: str) -> int:
        """How many webhooks counted for an order."""
        return self.client.get(f"/orders/{reference}").json["decisions"]

    def receive(self, webhook: Webhook) -> int:
        """Hand over a webhook as it was sent, byte for byte; the status of the answer."""
        return self.client.post("/webhooks/aplyid", data=webhook.body, headers=dict(webhook.headers)).status_code


@pytest.fixture
def shop(app: Flask) -> Shop:
    """The application, called without a network in between."""
    return Shop(app.test_client())


@pytest.fixture
def listening(app: Flask, sandbox: CaseEmulator) -> Iterator[str]:
    """The application listens on a port of its own, and the emulator sends its webhooks there."""
    everywhere = "0.0.0.0" if WEBHOOK_HOST != "127.0.0.1" else WEBHOOK_HOST
    server = make_server(everywhere, 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    url = f"http://{WEBHOOK_HOST}:{server.server_port}/webhooks/aplyid"
    sandbox.configure(webhook_url=url)
    yield url
    server.shutdown()
    thread.join()
    server.server_close()
