"""The journal: what came in, what went out, what it never tells, and how much it keeps."""

import gc
import json
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from time import monotonic, process_time
from typing import Any

import pytest

from emulator.core.journal import Exchange, Journal
from emulator.masking import masked
from tests.emulators import APLYID_PATH, SPHINXHQ_PATH, Emulator, served
from tests.receivers import receiving, status
from tests.wire import request_bytes

NOW = datetime(2030, 1, 1, tzinfo=UTC)
NAME = "nobody-should-read-this"


def requests_of(emulator: Emulator, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(emulator, query)["requests"]
    return found


def ask(emulator: Emulator, query: str = "", path: str = "requests") -> dict[str, Any]:
    answer = emulator.control("GET", path + query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def needed(emulator: Emulator) -> list[str]:
    """What the last refused request would have needed."""
    told: list[str] = ask(emulator, path="requests/near-misses")["requests"][-1]["needed"]
    return told


def send(emulator: Emulator, provider: str, body: bytes | None = None, path: str = "", **headers: str) -> int:
    """A create with that body, or a valid one, and those headers."""
    valid = emulator.aplyid.order() if provider == "aplyid" else {"customer": {"full_name": "Mary Chen"}}
    named = {
        "Content-Type": "application/json",
        "X-Workflow-Access-Key": f"test_{emulator.sandbox}",
        "Cookie": f"sessionid=test_{emulator.sandbox}",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    path = path or (APLYID_PATH if provider == "aplyid" else SPHINXHQ_PATH)
    sent = json.dumps(valid).encode() if body is None else body
    return emulator.http.post(emulator.url + path, data=sent, headers=named, allow_redirects=False).status_code


# What it tells -----------------------------------------------------------------------------------------------------


def test_an_exchange_is_told_whole(emulator: Emulator) -> None:
    before, started = datetime.now(UTC), monotonic()
    case = emulator.aplyid.open_case(client__name="Jo Denied", client__external_id="jo", activity__colour="red")
    after, longest = datetime.now(UTC), (monotonic() - started) * 1000
    [told] = requests_of(emulator)
    assert (told["direction"], told["provider"], told["method"], told["path"]) == ("in", "aplyid", "POST", APLYID_PATH)
    assert (told["status"], told["case_id"], told["rule"]) == (201, 1024, "surname Denied")
    assert (json.loads(told["body"])["activity"]["colour"], json.loads(told["answer"]["body"])) == ("red", case)
    assert told["advice"] == ["activity.colour is not a known key and was ignored"]
    assert (told["faults"], told["refused"]) == ([], None)
    assert (told["headers"]["X-Workflow-Access-Key"], told["headers"]["Content-Type"]) == ("***", "application/json")
    assert 0 < told["took_ms"] <= longest
    assert before <= datetime.fromisoformat(told["at"]) <= after


def test_every_attempt_to_deliver_is_told_too(emulator: Emulator) -> None:
    with receiving(status(503), status(200)) as receiver:
        emulator.control("PATCH", "", {"webhook_url": receiver.url + "/hook", "retry": "0.05"})
        emulator.control("POST", "faults", {"kind": "extra_fields"})
        emulator.aplyid.open_case()
        [delivery] = emulator.wait("deliveries/wait")["deliveries"]
    first, second = requests_of(emulator, "?direction=out")
    assert [told["status"] for told in (first, second)] == [503, 200]
    assert (first["error"], second["error"]) == ("the receiver answered 503", None)
    for told in (first, second):
        assert (told["direction"], told["method"], told["url"]) == ("out", "POST", receiver.url + "/hook")
        assert (told["delivery_id"], told["case_id"], told["body"]) == (delivery["id"], 1024, delivery["body"])
        assert (told["faults"], told["answer"]["body"]) == (["extra_fields (f1)"], "ok")
    numbers = [told["number"] for told in requests_of(emulator, "?direction=both")]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 3


def test_an_attempt_is_in_it_as_soon_as_its_delivery_is_settled(emulator: Emulator) -> None:
    with receiving() as receiver:
        for number in range(1, 31):
            emulator.sphinxhq.open_case(webhook_url=receiver.url)
            emulator.wait(f"deliveries/wait?case_id={number}")
            assert ask(emulator, f"?direction=out&case_id={number}")["count"] == 1


def test_what_had_no_receiver_was_no_exchange(emulator: Emulator) -> None:
    emulator.aplyid.open_case()
    emulator.wait("inbox/wait")
    assert ask(emulator, "?direction=out")["count"] == 0


@pytest.fixture
def full(emulator: Emulator) -> Emulator:
    """A sandbox with five requests, two of them refused."""
    emulator.aplyid.open_case(client__name="Jo Wu")
    emulator.sphinxhq.open_case(checks=[{"check_type": "PEP"}, {"check_type": "IDV"}], delete_after=30)
    emulator.sphinxhq.get("1/")
    emulator.sphinxhq.get("9/")
    send(emulator, "sphinxhq", b'{"customer_id": 5}', path=f"/s/{emulator.sandbox}{SPHINXHQ_PATH}")
    return emulator


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("", [0, 1, 2, 3, 4]),
        ("?provider=aplyid", [0]),
        ("?method=GET", [2, 3]),
        ("?method=post", [0, 1, 4]),
        ("?path=/api/cases", [1, 2, 3, 4]),
        ("?path=/api/cases/1", [2]),
        ("?path=/cases", []),
        ("?status=201", [0, 1]),
        ("?status=404", [3]),
        ("?status=201&provider=sphinxhq", [1]),
        ("?case_id=1024", [0]),
        ("?body.client.name=Jo%20Wu", [0]),
        ("?body.client.name=Jo", []),
        ("?body.checks.check_type=IDV", [1]),
        ("?body.checks.0.check_type=IDV", []),
        ("?body.delete_after=30", [1]),
        ("?body.customer_id=5&status=400", [4]),
        ("?body.customer.full_name=Mary%20Chen", [1]),
        ("?body.=x", []),
        (f"?body.{'9' * 5000}=x", []),
        ("?limit=2", [3, 4]),
        ("?limit=0", []),
    ],
)
def test_it_is_asked_by_anything_that_is_in_it(full: Emulator, query: str, places: list[int]) -> None:
    numbers = [told["number"] for told in requests_of(full)]
    assert [numbers.index(told["number"]) for told in requests_of(full, query)] == places


def test_a_path_below_a_sandbox_s_prefix_is_found_with_it_as_well(full: Emulator) -> None:
    [told] = requests_of(full, f"?path=/s/{full.sandbox}/api")
    assert told["path"] == f"/s/{full.sandbox}{SPHINXHQ_PATH}"


def test_counts_are_of_all_that_fits_and_since_skips_what_was_seen(full: Emulator) -> None:
    told = ask(full, "?limit=1")
    assert (told["count"], len(told["requests"]), told["evicted"]) == (5, 1, 0)
    assert "at_least" not in told
    last = told["requests"][0]["number"]
    assert ask(full, f"?since={last}")["count"] == 0
    full.aplyid.create()
    assert ask(full, f"?since={last}")["count"] == 1


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("statos=201", "did you mean status?"),
        ("status=99", "status"),
        ("limit=1001", "limit"),
        ("limit=-1", "limit"),
        ("since=-1", "since"),
        ("direction=up", "direction"),
        ("case_id=x", "case_id"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(emulator: Emulator, query: str, told: str) -> None:
    for path in ("requests", "requests/near-misses"):
        answer = emulator.control("GET", f"{path}?{query}")
        assert (answer.status_code, told in answer.json()["detail"]) == (422, True)


def test_other_sandboxes_and_the_control_api_are_not_in_it_and_a_reset_empties_it(full: Emulator) -> None:
    assert ask(full.of(f"{full.sandbox[:50]}-other"))["count"] == 0
    full.control("GET", "")
    assert ask(full)["count"] == 5
    full.control("POST", "reset", {})
    assert (ask(full)["count"], ask(full)["evicted"]) == (0, 0)


# What would have been needed ---------------------------------------------------------------------------------------


def test_what_was_accepted_or_struck_by_a_fault_missed_nothing(emulator: Emulator) -> None:
    emulator.aplyid.open_case()
    emulator.control("POST", "faults", {"kind": "status", "status": 422})
    assert emulator.aplyid.create().status_code == 422
    assert ask(emulator, path="requests/near-misses")["count"] == 0
    assert requests_of(emulator)[-1]["refused"] == "a planned fault answers 422"


@pytest.mark.parametrize(
    ("provider", "body", "more", "code", "told"),
    [
        ("aplyid", b'{"client": {"name": "x"}}', {}, 400, "two objects that are not empty, activity and client"),
        (
            "aplyid",
            b'{"activity": {"name": "x"}, "client": {"name": "", "client_type": "company"}}',
            {},
            422,
            "client.name: can't be",
        ),
        ("aplyid", b"{", {}, 400, "a body in JSON, encoded as UTF-8"),
        ("aplyid", b"\xff", {}, 400, "a body in JSON, encoded as UTF-8"),
        ("aplyid", b"a" * 1_048_577, {}, 413, "a body of at most 1048576 bytes"),
        ("aplyid", None, {"Content_Type": "text/plain"}, 400, "Content-Type: application/json"),
        ("aplyid", None, {"Content_Type": "nonsense"}, 406, "headers that are media types"),
        ("aplyid", None, {"path": "/integrations/core/case"}, 404, "POST /integrations/core/cases"),
        ("aplyid", None, {"path": f"{APLYID_PATH}?a=%ff"}, 400, "escapes can be decoded"),
        ("sphinxhq", b'{"customer": {"full_name": ""}}', {}, 400, "customer.full_name: This field may not be blank."),
        ("sphinxhq", b'{"customer_id": 1, "checks": [{}, {"check_type": "X"}]}', {}, 400, "checks.1.check_type:"),
        ("sphinxhq", b"{", {}, 400, "a body in JSON, encoded as UTF-8"),
        ("sphinxhq", b"\xff", {}, 400, "a body in JSON, encoded as UTF-8"),
        ("sphinxhq", b"a" * 1_048_577, {}, 413, "a body of at most 1048576 bytes"),
        ("sphinxhq", None, {"Content_Type": "text/plain"}, 415, "Content-Type: application/json"),
        ("sphinxhq", None, {"Accept": "text/html"}, 406, "an Accept header that takes application/json"),
        ("sphinxhq", None, {"path": "/api/casses/"}, 404, "GET /api/cases/{id}/"),
        ("sphinxhq", None, {"path": "/api/cases/1/"}, 405, "GET /api/cases/{id}/"),
        ("sphinxhq", None, {"Origin": "https://evil.example"}, 403, "open the emulator's own address"),
        ("aplyid", None, {"Host": "evil.example"}, 421, "--allow-host evil.example"),
    ],
)
def test_a_refused_request_is_told_what_it_would_have_needed(
    emulator: Emulator, provider: str, body: bytes | None, more: dict[str, Any], code: int, told: str
) -> None:
    assert send(emulator, provider, body, **more) == code
    assert [sentence for sentence in needed(emulator) if told in sentence] != []
    [exchange] = requests_of(emulator)
    assert (exchange["status"], bool(exchange["refused"])) == (code, True)


def test_what_was_read_but_is_not_there_is_named(emulator: Emulator) -> None:
    emulator.sphinxhq.get("77/")
    assert needed(emulator) == ["case 77, which does not exist in this sandbox (any more)"]
    emulator.sphinxhq.get("?page=9")
    assert needed(emulator) == ["a page that exists: from 1 to the last one, or the word last"]


def test_without_a_key_the_default_sandbox_is_told_unless_the_path_names_another() -> None:
    with served() as emulator:
        mine = emulator.of("mine")
        for provider in ("aplyid", "sphinxhq"):
            empty: dict[str, Any] = {"X_Workflow_Access_Key": "wrong", "Cookie": "sessionid=wrong"}
            assert send(emulator, provider, **empty) == 401
            assert needed(emulator)[0].startswith("any key test_<name> opens")
            header = (
                "the header X-Workflow-Access-Key" if provider == "aplyid" else "the cookie sessionid or the header"
            )
            assert header in needed(emulator)[0]
            path = "/s/mine" + (APLYID_PATH if provider == "aplyid" else SPHINXHQ_PATH)
            assert send(emulator, provider, path=path, **empty) == 401
            assert needed(mine)[0].startswith("any key test_<name> opens")
        assert emulator.http.post(f"{emulator.url}/nowhere").status_code == 404
        assert set(needed(emulator)) >= {"POST /integrations/core/cases", "POST /api/cases/"}
        assert (ask(emulator)["count"], ask(mine)["count"]) == (3, 2)


def test_an_expired_key_is_told_the_way_out(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"integration": "test"})
    emulator.control("POST", "clock/advance", {"duration": "P30D"})
    for provider in ("aplyid", "sphinxhq"):
        assert send(emulator, provider) == 401
        assert "reset the sandbox, or set its integration again" in needed(emulator)[0]


# What it never tells -----------------------------------------------------------------------------------------------

SECRET = "hunter2-very-secret"


def everything(emulator: Emulator) -> str:
    """All that the journals of this emulator tell, of this sandbox and of the default one."""
    told = ""
    for sandbox in {emulator.sandbox, "default"}:
        for path in ("requests", "requests/near-misses"):
            told += emulator.of(sandbox).control("GET", f"{path}?direction=both&limit=1000").text
    return told


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "Proxy-Authorization",
        "X-Workflow-Access-Key",
        "X-Api-Key",
        "X-Auth",
        "X-Session-Id",
        "X-CSRF-Token",
        "Cookie",
        "X-Password",
        "Client-Secret",
        "X-Credentials",
        "x_workflow_access_key",
    ],
)
@pytest.mark.parametrize("provider", ["aplyid", "sphinxhq"])
def test_no_header_that_may_be_a_credential_is_told(emulator: Emulator, provider: str, name: str) -> None:
    key = {"X-Workflow-Access-Key": f"test_{emulator.sandbox}", "Cookie": f"sessionid=test_{emulator.sandbox}"}
    path = APLYID_PATH if provider == "aplyid" else SPHINXHQ_PATH
    for value in (SECRET, f"Bearer {SECRET}", f"sessionid={SECRET}; sessionid=test_{emulator.sandbox}", SECRET * 2000):
        emulator.raw(request_bytes("POST", path, key | {name: value}))
        emulator.raw(request_bytes("POST", path, {name: value}))
    twice = request_bytes("POST", path, key).replace(
        b"\r\n\r\n", f"\r\n{name}: {SECRET}\r\n{name}: {SECRET}\r\n\r\n".encode()
    )
    emulator.raw(twice)
    assert name.title().replace("_", "-") in everything(emulator)
    assert SECRET not in everything(emulator)


@pytest.mark.parametrize(
    "query",
    [
        "token=SECRET",
        "a=1&access_token=SECRET&b=2",
        "%74oken=SECRET",
        "api%5Fkey=SECRET",
        "a=1;password=SECRET",
        "Session=SECRET&session=SECRET",
        "token=SECRET=SECRET",
        "xxxxx_key=SECRET",
        "page_size=1&page=1&sessionid=SECRET",
    ],
)
def test_no_query_that_may_be_a_credential_is_told_nor_what_repeats_it(emulator: Emulator, query: str) -> None:
    for _ in range(2):
        emulator.sphinxhq.open_case()
    query = query.replace("SECRET", SECRET)
    referring = {"Referer": f"http://localhost/?{query}", "X-Forwarded-Uri": f"/?{query}"}
    for path in (
        SPHINXHQ_PATH,
        f"/s/{emulator.sandbox}{SPHINXHQ_PATH}",
        SPHINXHQ_PATH[:-1],
        "/api/nothing",
        "/nothing",
    ):
        url = f"{emulator.url}{path}?{query}"
        emulator.http.get(url, headers=referring, cookies=emulator.sphinxhq.cookies, allow_redirects=False)
    assert ask(emulator)["count"] >= 5
    assert SECRET not in everything(emulator)


@pytest.mark.parametrize(
    "url",
    [
        "http://user:{secret}@127.0.0.1:1/hook",
        "http://{secret}@127.0.0.1:1/hook",
        "http://127.0.0.1:1/hook?token={secret}",
        "http://127.0.0.1:1/hook?a=1&api_key={secret}#x",
        "http://127.0.0.1:1/hook?%74oken={secret}",
    ],
)
def test_no_credential_of_a_receiver_is_told(emulator: Emulator, url: str) -> None:
    url = url.format(secret=SECRET)
    emulator.sphinxhq.create(webhook_url=url)
    escaped = json.dumps({"customer": {"full_name": "Jo"}, "webhook_url": url}).replace("/", "\\/")
    send(emulator, "sphinxhq", escaped.encode())
    emulator.control("PATCH", "", {"webhook_url": url.replace(f"user:{SECRET}@", "").replace(f"{SECRET}@", "")})
    emulator.aplyid.open_case()
    emulator.control("POST", "clock/settle", {})
    emulator.wait("deliveries/wait?provider=sphinxhq&state=blocked&timeout=0.01") if "@" in url else None
    assert ask(emulator)["count"] == 3
    assert SECRET not in everything(emulator)


def test_masking_keeps_all_that_is_no_credential() -> None:
    for text in (
        "http://h/x?a=1&b=2",
        "jo@example.com",
        '{"a": "?x=1&y=2", "b": "a@b"}',
        "q=0.8",
        "a:b@c",
        "://",
        "?&=;",
    ):
        assert masked(text) == text
    assert masked("http://u:p@h:1/x?key=1&a=2#f") == "http://***@h:1/x?key=***&a=2#f"


@pytest.mark.parametrize("text", ["a" * 64_000, "?" * 64_000, "://" * 20_000, "token=" * 10_000, "?a&" * 20_000])
def test_no_query_is_too_long_to_be_looked_through(emulator: Emulator, text: str) -> None:
    started = process_time()  # not wall time: this machine may have other things to do
    emulator.raw(request_bytes("GET", f"{SPHINXHQ_PATH}?{text[:60_000]}"))
    assert process_time() - started < 2


# What it can take --------------------------------------------------------------------------------------------------


def test_a_read_sees_all_that_was_answered_before_it(emulator: Emulator) -> None:
    def answered(number: int) -> bool:
        mine = Emulator(emulator.url, emulator.sandbox)
        mine.aplyid.open_case(activity__external_id=f"order-{number}")
        return ask(mine, f"?body.activity.external_id=order-{number}")["count"] == 1

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(answered, range(200)))
    assert ask(emulator)["count"] == 200


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b"[" * 900 + b"]" * 900,
        b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
        b'{"customer": {"full_name": "\\ud800"}}',
        b'{"\\udfff": 1}',
        b"\x00" * 1000,
        b"9" * 5000,
        b'{"a": 1e999}',
        b"<html>\r\n\x1b[31m",
    ],
)
def test_no_body_breaks_it(emulator: Emulator, body: bytes) -> None:
    for provider in ("aplyid", "sphinxhq"):
        assert send(emulator, provider, body) in (201, 400, 422)
    for query in ("", "?body.a=1", "?body.a.a.a=1", "?body.0=1", "?body.customer.full_name=x"):
        assert ask(emulator, query)["evicted"] == 0
    assert [len(told["body"]) > 0 for told in requests_of(emulator)] == [True, True]
    assert ask(emulator, path="requests/near-misses")["count"] >= 1


def test_the_thousand_latest_are_kept_and_what_is_gone_is_told() -> None:
    with served() as emulator:
        with ThreadPoolExecutor(4) as pool:
            sessions = [Emulator(emulator.url) for _ in range(4)]
            list(pool.map(lambda n: sessions[n % 4].sphinxhq.get("9/").status_code, range(1005)))
        told = ask(emulator, "?status=404&limit=1")
        assert (told["count"], told["at_least"], told["evicted"]) == ("unknown", 1000, 5)
        assert ask(emulator, "?status=201")["at_least"] == 0
        last = told["requests"][0]["number"]
        emulator.aplyid.open_case()
        exact = ask(emulator, f"?since={last}")
        assert (exact["count"], exact["evicted"], "at_least" in exact) == (1, 6, False)
        emulator.control("POST", "reset", {})
        assert ask(emulator)["count"] == 0


def exchange(journal: Journal, sandbox: str, **more: Any) -> Exchange:
    """A small one that came in."""
    fields: dict[str, Any] = {
        "number": journal.next_number(),
        "at": NOW,
        "outgoing": False,
        "sandbox": sandbox,
        "provider": "p",
        "method": "GET",
        "url": "/",
        "headers": {},
        "body": b"",
        "status": 200,
        "answer_headers": {},
        "answer": b"",
        "took": 0.0,
    }
    return Exchange(**fields | more)


def kept(journal: Journal, sandbox: str) -> tuple[int, int]:
    """How many it keeps and how many it lost."""
    found = journal.find(sandbox, lambda _: True)
    return len(found.exchanges), found.evicted


def test_without_room_the_longest_idle_sandbox_loses_its_oldest_first() -> None:
    journal = Journal(most_bytes=50_000)
    for sandbox in ("a", "b", "a", "c"):
        journal.add(exchange(journal, sandbox, body=b"x" * 9_000))
    assert [kept(journal, name) for name in "abc"] == [(2, 0), (1, 0), (1, 0)]
    journal.add(exchange(journal, "c", body=b"x" * 9_000))
    assert [kept(journal, name) for name in "abc"] == [(2, 0), (0, 1), (2, 0)]
    journal.add(exchange(journal, "b", body=b"x" * 9_000))
    assert [kept(journal, name) for name in "abc"] == [(1, 1), (1, 1), (2, 0)]
    assert journal.find("b", lambda _: True).last_evicted == 2
    assert journal.evicted == 2


def test_what_is_larger_than_all_there_is_room_for_is_not_kept() -> None:
    journal = Journal(most_bytes=10_000)
    journal.add(exchange(journal, "a", answer=b"x" * 20_000))
    assert kept(journal, "a") == (0, 1)
    journal.forget("a")
    assert kept(journal, "a") == (0, 0)
    for name in map(str, range(4)):
        journal.add(exchange(journal, name))
    assert [kept(journal, str(n)) for n in range(4)] == [(0, 1), (1, 0), (1, 0), (1, 0)]


def test_headers_and_words_take_room_as_well() -> None:
    journal = Journal(most_bytes=20_000)
    told = "x" * 9_000
    for more in ({"headers": {"X-Long": told}}, {"advice": (told,)}, {"needed": (told,)}):
        journal.add(exchange(journal, "a", **more))
    assert kept(journal, "a") == (1, 2)


def test_a_forgotten_sandbox_gives_its_room_back() -> None:
    journal = Journal(most_bytes=50_000)
    for name in ("a", "b", "a", "b"):
        journal.add(exchange(journal, name, body=b"x" * 9_000))
    journal.forget("a")
    for _ in range(2):
        journal.add(exchange(journal, "b", body=b"x" * 9_000))
    assert (kept(journal, "a"), kept(journal, "b")) == ((0, 0), (4, 0))


def test_huge_requests_take_no_more_memory_than_it_may_keep() -> None:
    body = b'["' + b"\\u00e4" * 170_000 + b'", x]'
    with served() as emulator:
        for _ in range(5):
            send(emulator, "sphinxhq", body)
        tracemalloc.start()
        try:
            for _ in range(20):
                assert send(emulator, "sphinxhq", body) == 400
            gc.collect()  # what is in a cycle is not kept
            grown = tracemalloc.get_traced_memory()[0]
        finally:
            tracemalloc.stop()
        assert ask(emulator, "?limit=0")["count"] == 25
    assert grown < 21 * len(body) * 1.4  # one more copy of each would be 2
