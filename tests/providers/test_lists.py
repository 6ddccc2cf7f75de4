"""A page of a list takes as many statements for many rows as for one: each is time that everybody else waits."""

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import pytest

from emulator.app import Built, build_emulator
from emulator.settings import Settings
from tests.emulators import SPHINXHQ_PATH, Emulator

COOKIE = {"Cookie": "sessionid=test_default"}
FEW = 3  # the sandbox, the count and the page; a list of cases reads their checks besides
PAIRS = 20  # three looks at each of the four outcomes that a case with or without a webhook can have


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


@pytest.mark.parametrize("more", [0, 40])  # with them most cases are alike, and the others are counted instead
def test_a_list_by_outcome_and_webhook_has_what_the_whole_list_has_of_them(emulator: Emulator, more: int) -> None:
    _open_all_kinds(emulator)
    for _ in range(more):
        emulator.sphinxhq.open_case(customer={"full_name": "Mary Stuck"})
    every = emulator.sphinxhq.get("?page_size=100").json()["results"]
    assert len({(case["outcome"], bool(case["webhook_url"])) for case in every}) == 6  # each that there can be
    assert len(every) == 26 + more  # of 38, as 6 are archived and 6 hidden
    for outcome in (None, "ACCEPTED", "PENDING", "REJECTED"):
        for flag in (None, True, False):
            query = f"&outcome={outcome}" if outcome else ""
            query += "" if flag is None else f"&has_webhook={str(flag).lower()}"
            fitting = [case for case in every if outcome in (None, case["outcome"])]
            fitting = [case for case in fitting if flag in (None, bool(case["webhook_url"]))]
            page = emulator.sphinxhq.get(f"?page_size=2&page=2{query}").json()
            assert (page["count"], page["results"]) == (len(fitting), fitting[2:4]), query


def test_a_list_of_checks_has_what_the_whole_list_has_of_an_outcome_a_kind_and_a_range_of_risk(
    emulator: Emulator,
) -> None:
    _open_all_kinds(emulator)
    url = f"{emulator.url}/api/checks/?page_size=100"
    every = emulator.http.get(url, cookies=emulator.sphinxhq.cookies).json()["results"]
    risks = sorted(check["risk_score"] for check in every if check["risk_score"] is not None)
    least, most = risks[len(risks) // 4], risks[-len(risks) // 4]
    fits: dict[str, Callable[[Any], bool]] = {
        "outcome=ACCEPTED": lambda check: check["outcome"] == "ACCEPTED",
        "outcome=PENDING": lambda check: check["outcome"] == "PENDING",
        "outcome=REJECTED": lambda check: check["outcome"] == "REJECTED",
        "check_type=PEP": lambda check: check["check_type"] == "PEP",
        f"min_risk_score={least}": lambda check: check["risk_score"] is not None and check["risk_score"] >= least,
        f"max_risk_score={most}": lambda check: check["risk_score"] is not None and check["risk_score"] <= most,
    }
    for asked in [*combinations(fits, 1), *combinations(fits, 2), tuple(fits)[2:]]:
        if sum(each.startswith("outcome") for each in asked) > 1:
            continue
        fitting = [check for check in every if all(fits[each](check) for each in asked)]
        page = emulator.http.get(f"{url}&{'&'.join(asked)}", cookies=emulator.sphinxhq.cookies).json()
        assert (page["count"], page["results"]) == (len(fitting), fitting), asked
        assert fitting or len(asked) > 1, asked


def test_the_cases_of_a_reference_are_listed_newest_first_with_and_without_the_archived_ones(
    emulator: Emulator,
) -> None:
    references = ("a", "b", "a", "", "a")
    opened = [emulator.aplyid.open_case(activity__external_id=each)["case_id"] for each in references]
    newest = opened[::-2]
    for query, ids in (("", newest), ("&limit=2", newest[:2]), ("&archived=false", newest)):
        found = emulator.wait(f"cases?external_id=a{query}")
        assert (found["count"], [case["id"] for case in found["cases"]]) == (3, ids)
    assert emulator.wait("cases?external_id=a&archived=true") == {"count": 0, "cases": []}
    assert emulator.wait("cases?external_id=nobody") == {"count": 0, "cases": []}
    assert emulator.wait("cases?external_id=")["count"] == 1


def _open_all_kinds(emulator: Emulator) -> None:
    """Cases of every outcome with a webhook and without one; one of each is archived, one hidden."""
    for name in ("Approved", "Denied", "Undecided", "Stuck"):
        for more in ({}, {"webhook_url": "http://nobody.test/hook"}):
            for days in (-1, -1, -1, 0):
                customer = {"full_name": f"Mary {name}"}
                case = emulator.sphinxhq.open_case(
                    customer=customer, delete_after=days, checks=[{"check_type": "PEP"}, {"check_type": "IDV"}], **more
                )
            emulator.control("POST", "clock/advance", {"seconds": 60})
            if name != "Stuck":
                url = f"{emulator.url}{SPHINXHQ_PATH}{case['id'] - 1}/start/"
                assert emulator.http.post(url, cookies=emulator.sphinxhq.cookies).status_code < 300
    emulator.control("POST", "clock/advance", {"seconds": 60})
