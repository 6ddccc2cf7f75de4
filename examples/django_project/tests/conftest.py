"""The site under test, with the emulator in place of Sphinx; no plugin for Django is needed."""

import os
import threading
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
import pytest

from emulator.client import CaseEmulator

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
django.setup()

from django.core.cache import cache  # noqa: E402 - Django wants its settings first
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.test import Client, override_settings  # noqa: E402


@pytest.fixture(autouse=True)
def _sphinx(sandbox: CaseEmulator) -> Iterator[None]:
    """Every test asks a sandbox of its own."""
    cache.clear()
    told = sandbox.env()
    with override_settings(**{name: told[name] for name in ("SPHINXHQ_BASE_URL", "SPHINXHQ_SESSION_ID")}):
        yield


@pytest.fixture
def site() -> Client:
    """The site, called without a network in between."""
    return Client()


class Server(ThreadingMixIn, WSGIServer):
    """One thread for each request."""


class Handler(WSGIRequestHandler):
    """Writes no log."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def listening() -> Iterator[None]:
    """The site listens on a port of its own, and names it to Sphinx."""
    with make_server("127.0.0.1", 0, get_wsgi_application(), Server, Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        with override_settings(WEBHOOK_URL=f"http://127.0.0.1:{server.server_port}/webhooks/sphinx/5f1c0d/"):
            yield
        server.shutdown()
        thread.join()
