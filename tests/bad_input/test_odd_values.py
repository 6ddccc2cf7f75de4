"""Rows 74, 79 to 82 and 88, and every header there is: odd values where no body is refused for them."""

from typing import Any

import pytest

from emulator.settings import BadSetting
from tests.bad_input.answers import LARGEST_REFUSAL, send
from tests.bad_input.rows_dates import BORN, CASTABLE, NOT_GIVEN, UNCASTABLE
from tests.bad_input.table import PROVIDERS, body, post
from tests.emulators import Emulator, served, settings

TEXTS = ["' OR 1=1--", "1 OR 1=1", "%", "_", "1;DROP TABLE cases", "\\", "１", "1e1", "9" * 400]
PAGES = ["0", "-1", "2", "x", "1.0", "9" * 18, "9" * 30, "\x00", "١" * 2, "inf", "1e1", "' OR 1=1--"]
HEADERS = (
    *(
        "Origin",
        "Referer",
        "Accept",
        "Accept-Language",
        "Accept-Encoding",
        "Content-Type",
        "Content-Encoding",
        "Cookie",
    ),
    *("Host", "If-None-Match", "If-Modified-Since", "Range", "Expect", "Upgrade", "Connection", "Transfer-Encoding"),
    *(
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "Forwarded",
        "Authorization",
        "Sec-Fetch-Site",
        "Date",
    ),
    *("X-Workflow-Access-Key", "User-Agent", "Via", "TE", "Trailer", "X-Original-URL", "X-Rewrite-URL", "Traceparent"),
)
ODD_VALUES = (
    *("\x01", "\xff" * 10, '"', ";", "=", ",", 'a=b;c="d', "[::1", "http://[", "http://[x]", "http://a]b", "%00", "//"),
    *("*/*;q=abc", "application/json;q=1e400", "application/json;q=nan", "-1", "bytes=0-", "0" * 5_000, "a/b;" * 500),
    *("http://a:b@c:99999", "http://a:x", "\x80", "h2c, websocket", "a, " * 1_000),
)
NO_DELAYS: list[Any] = [
    10**18,
    "1e18",
    -1,
    -0.001,
    "NaN",
    "nan",
    "inf",
    "Infinity",
    "5m",
    "",
    " ",
    True,
    None,
    [],
    {},
    "1_0 s",
]


NUMBERS = {"\uff11", "1e1"}  # to the number field of the framework's filters


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text[:20].encode("unicode_escape").decode())
def test_a_filter_takes_its_text_literally(emulator: Emulator, text: str) -> None:
    emulator.sphinxhq.open_case(customer={"full_name": "Mary Stuck"})
    for name in ("customer_id", "outcome"):
        url = f"{emulator.url}/api/cases/"
        answer = emulator.http.get(url, params={name: text}, cookies=emulator.sphinxhq.cookies)
        if name == "customer_id" and text in NUMBERS:
            assert (answer.status_code, answer.json()["count"]) == (200, 0), answer.text
            continue
        assert answer.status_code == 400, answer.text
        assert list(answer.json()) == [name]
    assert emulator.sphinxhq.get().json()["count"] == 1


@pytest.mark.parametrize("page", PAGES, ids=repr)
def test_a_page_that_is_none_is_not_found(emulator: Emulator, page: str) -> None:
    emulator.sphinxhq.open_case(customer={"full_name": "Mary Stuck"})
    for size in ("1", "100", "9" * 30, "-1", "x"):
        url, query = f"{emulator.url}/api/cases/", {"page": page, "page_size": size}
        answer = emulator.http.get(url, params=query, cookies=emulator.sphinxhq.cookies)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Invalid page."})


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("name", HEADERS)
def test_no_header_is_too_odd_for_an_answer(emulator: Emulator, provider: str, name: str) -> None:
    for value in ODD_VALUES:
        answer = send(emulator, post(provider, body(provider), (name, value)))
        assert answer.status == 201 or 400 <= answer.status < 500 or answer.status == 501, (value, answer)
        assert answer.status == 201 or len(answer.body) < LARGEST_REFUSAL


@pytest.mark.parametrize("what", UNCASTABLE)
def test_a_date_that_is_dropped_is_advised(emulator: Emulator, what: str) -> None:
    answer = send(emulator, post("aplyid", body("aplyid", BORN, UNCASTABLE[what])))
    assert answer.status == 201
    assert "date_of_birth" in answer.headers.get("x-emulator-advice", "")


@pytest.mark.parametrize("what", [*CASTABLE, *NOT_GIVEN])
def test_a_date_that_is_kept_or_not_given_is_not_advised(emulator: Emulator, what: str) -> None:
    answer = send(emulator, post("aplyid", body("aplyid", BORN, {**CASTABLE, **NOT_GIVEN}[what])))
    assert answer.status == 201
    assert "date_of_birth" not in answer.headers.get("x-emulator-advice", "")


@pytest.mark.parametrize("delay", NO_DELAYS, ids=repr)
def test_a_delay_that_cannot_be_waited_is_no_setting(delay: Any) -> None:
    with pytest.raises(BadSetting):
        settings(delay=delay)


def test_the_longest_delay_is_accepted_and_overflows_nothing() -> None:
    with served(delay=31_536_000) as emulator:
        assert emulator.sphinxhq.open_case(customer={"full_name": "Mary Slow"})["status"] == "PENDING"
        assert emulator.aplyid.open_case(client__name="John Slow")["status"] == "in_progress"
        emulator.http.close()
