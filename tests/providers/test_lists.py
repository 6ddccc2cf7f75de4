"""A page of a list takes as many statements for many rows as for one: each is time that everybody else waits."""

from collections.abc import Iterator

import pytest

from emulator.app import Built, build_emulator
from emulator.settings import Settings
from tests.emulators import SPHINXHQ_PATH, Emulator

COOKIE = {"Cookie": "sessionid=test_default"}
FEW = 3  # the sandbox, the count and the page; a list of cases reads their checks besides
PAIRS = 10  # a count and a look for each of the four outcomes that a case with or without a webhook can have


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
    ("path", "most"),
    [
        ("/api/cases/?page_size=50", FEW),
        ("/api/cases/?page_size=50&customer_id=124", FEW),
        ("/api/cases/?page_size=50&has_webhook=false", PAIRS),
        ("/api/cases/?page_size=50&outcome=PENDING", PAIRS),
        ("/api/checks/?page_size=50", FEW),
        ("/api/checks/?page_size=50&outcome=PENDING", PAIRS),
        ("/api/checks/?page_size=50&case_id=1", FEW),
    ],
)
def test_a_page_takes_no_statement_per_row(built: Built, path: str, most: int) -> None:
    fill(built, 1)
    one = statements(built, path)
    fill(built, 30)
    many = statements(built, path)
    assert len(many) == len(one) <= most, "\n".join(many)


def test_a_list_by_outcome_and_webhook_has_what_the_whole_list_has_of_them(emulator: Emulator) -> None:
    _open_all_kinds(emulator)
    every = emulator.sphinxhq.get("?page_size=100").json()["results"]
    assert len({(case["outcome"], bool(case["webhook_url"])) for case in every}) == 6  # each that there can be
    assert len(every) == 26  # of 38, as 6 are archived and 6 hidden
    for outcome in (None, "ACCEPTED", "PENDING", "REJECTED"):
        for flag in (None, True, False):
            query = f"&outcome={outcome}" if outcome else ""
            query += "" if flag is None else f"&has_webhook={str(flag).lower()}"
            fitting = [case for case in every if outcome in (None, case["outcome"])]
            fitting = [case for case in fitting if flag in (None, bool(case["webhook_url"]))]
            page = emulator.sphinxhq.get(f"?page_size=2&page=2{query}").json()
            assert (page["count"], page["results"]) == (len(fitting), fitting[2:4]), query


def test_a_list_of_checks_by_outcome_has_what_the_whole_list_has_of_them(emulator: Emulator) -> None:
    _open_all_kinds(emulator)
    url = f"{emulator.url}/api/checks/?page_size=100"
    every = emulator.http.get(url, cookies=emulator.sphinxhq.cookies).json()["results"]
    for outcome in ("ACCEPTED", "PENDING", "REJECTED"):
        fitting = [check for check in every if check["outcome"] == outcome]
        assert fitting
        page = emulator.http.get(f"{url}&outcome={outcome}", cookies=emulator.sphinxhq.cookies).json()
        assert (page["count"], page["results"]) == (len(fitting), fitting)


def _open_all_kinds(emulator: Emulator) -> None:
    """Cases of every outcome with a webhook and without one; one of each is archived, one hidden."""
    for name in ("Approved", "Denied", "Undecided", "Stuck"):
        for more in ({}, {"webhook_url": "http://nobody.test/hook"}):
            for days in (-1, -1, -1, 0):
                customer = {"full_name": f"Mary {name}"}
                case = emulator.sphinxhq.open_case(
                    customer=customer, delete_after=days, checks=[{"check_type": "PEP"}], **more
                )
            emulator.control("POST", "clock/advance", {"seconds": 60})
            if name != "Stuck":
                url = f"{emulator.url}{SPHINXHQ_PATH}{case['id'] - 1}/start/"
                assert emulator.http.post(url, cookies=emulator.sphinxhq.cookies).status_code < 300
    emulator.control("POST", "clock/advance", {"seconds": 60})
