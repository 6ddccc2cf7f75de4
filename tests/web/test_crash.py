"""A bug of ours: told in the words of the API that was asked, with the trace in the log."""

import json

import pytest

from emulator.logs import JsonFormat
from emulator.store.sqlite import SqliteStore
from tests.emulators import Emulator, served

SERVER_ERROR = """
<!doctype html>
<html lang="en">
<head>
  <title>Server Error (500)</title>
</head>
<body>
  <h1>Server Error (500)</h1><p></p>
</body>
</html>
"""


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Emulator:
    def break_down(self: SqliteStore) -> None:
        raise RuntimeError("the disk is on fire")

    with served() as emulator:
        monkeypatch.setattr(SqliteStore, "transaction", break_down)
        monkeypatch.setattr(SqliteStore, "reading", break_down)
        yield emulator  # type: ignore[misc]
        monkeypatch.undo()


def test_each_api_tells_of_a_crash_in_its_own_words(broken: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    asked = broken.aplyid.post(broken.aplyid.order(), Accept="application/json")
    assert (asked.status_code, asked.json()) == (500, {"status": 500, "error": "Internal Server Error"})
    silent = broken.aplyid.post(broken.aplyid.order(), Accept="*/*")
    assert (silent.status_code, silent.text) == (500, "")
    page = broken.sphinxhq.create()
    assert (page.status_code, page.text) == (500, SERVER_ERROR)
    own = broken.http.get(f"{broken.url}/_emulator/sandboxes/a/inbox")
    assert (own.status_code, own.headers["Content-Type"]) == (500, "application/problem+json")
    assert "the disk is on fire" in caplog.text
    assert "please report it" in caplog.text


def test_a_crash_is_logged_with_the_sandbox_and_the_api_it_happened_in(
    broken: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    broken.aplyid.create()
    [crash] = [
        json.loads(JsonFormat().format(record))
        for record in caplog.records
        if record.name == "emulator.requests" and record.exc_info
    ]
    assert (crash["sandbox"], crash["provider"]) == (broken.sandbox, "aplyid")
    assert "the disk is on fire" in crash["trace"]
