"""A page of a list takes as many statements for many rows as for one: each is time that everybody else waits."""

from collections.abc import Iterator

import pytest

from emulator.app import Built, build_emulator
from emulator.settings import Settings

COOKIE = {"Cookie": "sessionid=test_default"}
MOST = 3  # the sandbox, the count and the page; a list of cases reads their checks besides


@pytest.fixture
def built() -> Iterator[Built]:
    built = build_emulator(Settings())
    yield built
    built.store.close()


def statements(built: Built, path: str) -> list[str]:
    """What the store is asked for a page that has something on it."""
    seen: list[str] = []
    built.store._db.set_trace_callback(seen.append)
    answer = built.app.test_client(use_cookies=False).get(path, headers=COOKIE)
    built.store._db.set_trace_callback(None)
    assert answer.status_code == 200
    assert answer.json
    assert answer.json["results"]
    return [one for one in seen if one.startswith("SELECT") and " FROM sandboxes " not in one]


def fill(built: Built, cases: int) -> None:
    body = {"customer": {"full_name": "Mary", "external_id": "one"}, "checks": [{"check_type": "PEP"}] * 3}
    client = built.app.test_client(use_cookies=False)
    for _ in range(cases):
        assert client.post("/api/cases/", json=body, headers=COOKIE).status_code == 201


@pytest.mark.parametrize(
    "path",
    [
        "/api/cases/?page_size=50",
        "/api/cases/?page_size=50&customer_id=124",
        "/api/cases/?page_size=50&has_webhook=false",
        "/api/checks/?page_size=50",
        "/api/checks/?page_size=50&case_id=1",
    ],
)
def test_a_page_takes_no_statement_per_row(built: Built, path: str) -> None:
    fill(built, 1)
    one = statements(built, path)
    fill(built, 30)
    many = statements(built, path)
    assert len(many) == len(one) <= MOST, "\n".join(many)
