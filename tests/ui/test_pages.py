"""Every page and form, as HTML."""

import json
import re
from typing import Any

import pytest

from emulator.app import build_emulator
from emulator.settings import Settings
from tests.emulators import Emulator, served
from tests.receivers import free_port, receiving, status
from tests.ui.reading import PAGES, STRIP, open_page, read, submit


def freeze(emulator: Emulator, **settings: object) -> None:
    emulator.control("PATCH", "", {"delay": 60, **settings})
    emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2030-01-01T00:00:00Z"})


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_its_frame_and_keeps_to_itself(emulator: Emulator, path: str) -> None:
    answer = open_page(emulator, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert STRIP in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert ("'unsafe-inline'" in policy) == (path == "/documents")
    assert "script-src 'self';" in policy
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == ("nosniff", "no-store")
    page = read(answer)
    for tag, attributes in page.elements:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith("on")], tag
        assert tag != "script" or attributes["src"]
        assert tag != "style"
        for name in ("href", "src", "action", "hx-get", "hx-post"):
            assert re.match(r"[/#]", attributes.get(name) or "/"), (tag, attributes)


def test_the_first_page_is_text_to_everybody_but_a_browser(emulator: Emulator) -> None:
    plain = emulator.http.get(f"{emulator.url}/")
    assert (plain.headers["Content-Type"], "curl -sS -X POST" in plain.text) == ("text/plain; charset=utf-8", True)
    html = open_page(emulator, "/", Accept="text/html,application/xhtml+xml,*/*;q=0.8")
    assert html.headers["Content-Type"].startswith("text/html")
    assert "Accept" in html.headers["Vary"]


def test_looking_makes_no_sandbox_and_an_unused_one_reads_as_newborn(emulator: Emulator) -> None:
    answer = open_page(emulator, "/")
    assert "Three steps to the first webhook" in answer.text
    assert answer.text.count(f"test_{emulator.sandbox}") >= 4
    assert emulator.sandbox not in emulator.http.get(f"{emulator.url}/_emulator/sandboxes").json()["sandboxes"]


def test_a_dead_link_of_ours_says_what_to_do_and_is_no_request_of_a_client(emulator: Emulator) -> None:
    answer = open_page(emulator, "/cases/aplyid/7")
    assert (answer.status_code, "There is no case 7." in answer.text) == (404, True)
    assert "Go back to the feed" in answer.text
    assert open_page(emulator, "/cases/nobody/7").status_code == 404
    assert open_page(emulator, "/requests/999999").status_code == 404
    assert open_page(emulator, "/documents/nobody").status_code == 404
    assert emulator.control("GET", "requests").json()["count"] == 0


def test_the_feed_tells_cases_and_refusals_newest_first(emulator: Emulator) -> None:
    port = free_port()
    freeze(emulator, webhook_url=f"http://127.0.0.1:{port}/hook")
    emulator.aplyid.open_case(activity__external_id="order-1", client__name="Ann Approved")
    emulator.aplyid.create(client__name="")
    emulator.sphinxhq.open_case(customer={"full_name": "Ben Denied"})
    text = read(open_page(emulator, "/")).text
    assert text.index("Ben Denied") < text.index("Name can't be blank") < text.index("Ann Approved")
    assert ("in progress" in text, "ends in 1 min" in text) == (True, True)
    emulator.control("POST", "clock/advance", {"seconds": 62})
    text = read(open_page(emulator, "/")).text
    assert f"webhook: nothing listens on 127.0.0.1:{port}, next try in 3 s" in text
    assert "rejected" in text  # in the word of its API
    assert "webhook in the inbox" in text


def rows(emulator: Emulator) -> list[str | None]:
    """The rows of the feed, by their ids."""
    return [one["id"] for _, one in read(open_page(emulator, "/")).elements if one.get("class") == "row"]


def test_the_feed_keeps_its_order_and_its_refusals_when_a_client_polls(emulator: Emulator) -> None:
    freeze(emulator)
    emulator.aplyid.open_case()
    emulator.sphinxhq.open_case()
    emulator.aplyid.create(client__name="")
    before = rows(emulator)
    for _ in range(130):
        emulator.sphinxhq.get("1/")
    # What is refused without a body is told as well, and crowds nothing else out.
    assert [row for row in rows(emulator) if row in before] == before


def test_the_feed_says_how_many_of_the_cases_it_shows(emulator: Emulator) -> None:
    for _ in range(62):
        emulator.sphinxhq.open_case()
    for _ in range(3):
        emulator.sphinxhq.post({})
    assert "The newest 57 of 62 cases" in read(open_page(emulator, "/")).text


def test_the_feed_tells_what_was_delivered_and_how_fast(emulator: Emulator) -> None:
    with receiving() as receiver:
        emulator.control("PATCH", "", {"webhook_url": receiver.url})
        emulator.aplyid.open_case()
        emulator.wait("deliveries/wait")
    assert re.search(r"webhook delivered 200 in \d+ ms", read(open_page(emulator, "/")).text)


@pytest.mark.parametrize("path", [path for path in PAGES if not path.startswith(("/sandboxes", "/documents", "/demo"))])
def test_what_shows_already_is_not_sent_again(emulator: Emulator, path: str) -> None:
    freeze(emulator)
    emulator.aplyid.open_case()
    join = "&" if "?" in path else "?"
    first = open_page(emulator, f"{path}{join}part=live")
    mark = next(attributes["value"] for _, attributes in read(first).elements if attributes.get("name") == "seen")
    assert STRIP not in first.text
    assert f'value="{mark}"' in open_page(emulator, path).text
    assert open_page(emulator, f"{path}{join}part=live&seen={mark}").status_code == 204
    emulator.aplyid.create(client__name="")
    emulator.control("POST", "cases/aplyid/1024/complete", {"outcome": "denied"})
    emulator.control("POST", "faults", {"kind": "drop"})
    assert open_page(emulator, f"{path}{join}part=live&seen={mark}").status_code == 200


def test_the_clock_is_moved_by_its_buttons(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"delay": 90})
    assert "stands still" in submit(emulator, "/clock", order="frozen").text
    emulator.aplyid.open_case()
    assert "work on aplyid case 1024 started" in submit(emulator, "/clock", order="next").text
    assert "nothing fell due" in submit(emulator, "/clock", order="10").text
    assert "aplyid case 1024 ended: approved" in submit(emulator, "/clock", order="60").text
    refused = submit(emulator, "/clock", order="next")
    assert (refused.status_code, refused.headers["HX-Retarget"], "Nothing is due" in refused.text) == (
        409,
        "#told",
        True,
    )
    assert submit(emulator, "/clock", order="x").status_code == 422
    reading = open_page(emulator, "/clock")
    assert "frozen" in reading.text
    mark = next(attributes["value"] for _, attributes in read(reading).elements if attributes.get("name") == "ticked")
    assert open_page(emulator, f"/clock?ticked={mark}").status_code == 204


def test_a_sample_case_is_one_button_and_a_fault_that_strikes_it_is_told(emulator: Emulator) -> None:
    for provider in ("aplyid", "sphinxhq"):
        answer = submit(emulator, f"/samples/{provider}")
        assert (answer.status_code, answer.headers["HX-Trigger"]) == (200, "refresh")
    assert emulator.control("GET", "cases").json()["count"] == 2
    emulator.control("POST", "faults", {"kind": "status", "status": 503, "times": 1})
    answer = submit(emulator, "/samples/aplyid")
    assert (answer.status_code, "a planned fault answered 503" in answer.text) == (409, True)


def test_the_case_page_shows_all_there_is(emulator: Emulator) -> None:
    with receiving(status(500), status(200)) as receiver:
        freeze(emulator, webhook_url=receiver.url)
        emulator.aplyid.open_case(client__name="Mary Denied", activity__colour="red")
        waiting = read(open_page(emulator, "/cases/aplyid/1024")).text
        assert "ends in 1 min" in waiting
        assert "It is written and sent when the case ends." in waiting
        emulator.control("POST", "clock/advance", {"seconds": 62})
        answer = open_page(emulator, "/cases/aplyid/1024")
        page = read(answer)
    assert "because the surname is Denied" in page.text
    assert "activity.colour is not a known key and was ignored" in page.text
    assert re.search(r"attempt 1: 500, \d{4}-", page.text)
    assert 'class="amber hollow"' in answer.text
    [delivery] = emulator.control("GET", "deliveries").json()["deliveries"]
    exact = [attributes["data-copy"] for _, attributes in page.elements if "data-copy" in attributes]
    assert delivery["body"] in exact
    told = {a["data-place"]: (a["data-means"], a["data-mark"]) for _, a in page.elements if "data-place" in a}
    assert "without it no webhook is ever sent" in str(told["activity.external_id"][0])
    assert told["client.approval_status"][1] == "documented"
    assert "activity.colour" not in told


def test_a_restarted_case_is_one_story_with_its_late_checks_and_documents(emulator: Emulator) -> None:
    emulator.control("PATCH", "clock", {"mode": "frozen"})
    emulator.sphinxhq.open_case(customer={"full_name": "Mary Again"}, document_ids=[123])
    url, cookies = f"{emulator.url}/api", emulator.sphinxhq.cookies
    emulator.control("POST", "clock/advance", {"seconds": 10})
    assert emulator.http.post(f"{url}/checks/", json={"case_id": 1, "check_type": "IDV"}, cookies=cookies).ok
    emulator.control("POST", "clock/advance", {"seconds": 10})
    analyst = read(open_page(emulator, "/analyst/sphinxhq/1")).text
    assert "IDV added later" in analyst
    assert "sample.pdf" in analyst
    assert emulator.http.post(f"{url}/cases/1/start/", cookies=cookies).ok
    feed = read(open_page(emulator, "/")).text
    assert feed.count("Mary Again") == 1
    assert "again, after case 1" in feed
    assert "archived: it was started again" in read(open_page(emulator, "/cases/sphinxhq/1")).text
    page = read(open_page(emulator, "/analyst/sphinxhq/2"))
    assert "started again after case 1" in page.text
    assert any(str(attributes.get("href")).endswith("/analyst/sphinxhq/1") for _, attributes in page.elements)


def test_a_case_is_completed_in_the_words_of_its_provider(emulator: Emulator) -> None:
    freeze(emulator)
    emulator.aplyid.open_case()
    emulator.sphinxhq.open_case()
    assert "Complete as no decision yet" in open_page(emulator, "/cases/aplyid/1024").text
    assert (
        "Completed as denied." in submit(emulator, "/cases/aplyid/1024/complete", field="outcome", word="denied").text
    )
    assert "Complete as denied" not in open_page(emulator, "/cases/aplyid/1024").text
    again = submit(emulator, "/cases/aplyid/1024/complete", field="outcome", word="denied")
    assert (again.status_code, "The case is completed already" in again.text) == (409, True)
    assert submit(emulator, "/cases/sphinxhq/1/complete", field="status", word="ERROR").status_code == 200
    assert emulator.control("GET", "cases/sphinxhq/1").json()["state"] == "failed"


def test_a_webhook_is_sent_again_by_a_button(emulator: Emulator) -> None:
    with receiving() as receiver:
        emulator.control("PATCH", "", {"webhook_url": receiver.url})
        emulator.aplyid.open_case()
        [delivery] = emulator.wait("deliveries/wait")["deliveries"]
        first = receiver.next()
        assert "Send a duplicate" in open_page(emulator, "/cases/aplyid/1024").text
        assert "is sent again" in submit(emulator, f"/deliveries/{delivery['id']}/send").text
        assert receiver.next().body == first.body


def test_a_case_without_its_exchange_still_shows_all_else(emulator: Emulator) -> None:
    freeze(emulator)
    emulator.aplyid.open_case(client__name="Ann Approved")
    emulator.control("POST", "restore", emulator.control("GET", "snapshot").json())
    text = read(open_page(emulator, "/cases/aplyid/1024")).text
    assert "The journal no longer has this exchange" in text
    assert "because the surname is Approved" in text
    assert "created" in text


def test_the_inbox_shows_headers_and_exact_bytes(emulator: Emulator) -> None:
    emulator.aplyid.open_case()
    [kept] = emulator.wait("inbox/wait")["webhooks"]
    emulator.control("POST", "clock/settle", {})
    listed = read(open_page(emulator, "/inbox"))
    assert f"/s/{emulator.sandbox}/inbox/{kept['id']}" in [attributes.get("href") for _, attributes in listed.elements]
    assert ("John Doe" in listed.text, "order-1" in listed.text, "approved" in listed.text) == (True, True, True)
    page = read(open_page(emulator, f"/inbox/{kept['id']}?view=raw"))
    assert kept["body"] in page.text
    assert "X-Workflow-Webhook-Id" in page.text
    assert kept["body"] in [attributes.get("data-copy") for _, attributes in page.elements]
    assert '"in_progress"' in page.text
    assert open_page(emulator, "/inbox/nobody").status_code == 404


def test_requests_are_filtered_and_a_refused_one_says_what_it_would_have_needed(emulator: Emulator) -> None:
    emulator.aplyid.open_case(client__name="Jo Found")
    emulator.aplyid.create(client__name="")
    emulator.sphinxhq.create(notes="")
    assert read(open_page(emulator, "/requests")).text.count("POST") >= 3
    only = read(open_page(emulator, "/requests?field=client.name&value=Jo+Found")).text
    assert ("opened case 1024" in only, "Name can't be blank" in only) == (True, False)
    assert "opened case" not in read(open_page(emulator, "/requests?refused=true")).text
    assert "/api/cases/" in read(open_page(emulator, "/requests?provider=sphinxhq&status=400")).text
    assert "No exchange fits these filters" in open_page(emulator, "/requests?path=/nothing").text
    [refused] = emulator.control("GET", "requests/near-misses?provider=aplyid").json()["requests"]
    text = read(open_page(emulator, f"/requests/{refused['number']}")).text
    assert "It would have needed:" in text
    assert "Name can't be blank" in text


def test_a_filter_that_is_refused_says_so_beside_its_field_and_keeps_what_was_typed(emulator: Emulator) -> None:
    answer = open_page(emulator, "/requests?status=abc")
    assert "Not a valid integer." in answer.text
    [status_field] = [a for tag, a in read(answer).elements if tag == "input" and a.get("name") == "status"]
    assert (status_field["value"], status_field["aria-invalid"]) == ("abc", "true")


def test_the_documents_are_served_with_this_address_as_their_server(emulator: Emulator) -> None:
    for name in ("aplyid", "sphinxhq", "sphinxhq-first", "sphinxhq-current", "control"):
        told = open_page(emulator, f"/documents/{name}.json").json()
        assert told["servers"][0]["url"] == f"{emulator.url}/s/{emulator.sandbox}"
        assert open_page(emulator, f"/documents/{name}").status_code == 200


def test_assets_are_packed_for_who_can_unpack_and_there_are_no_others(emulator: Emulator) -> None:
    packed = emulator.http.get(f"{emulator.url}/assets/style.css?v=1")
    plain = emulator.http.get(f"{emulator.url}/assets/style.css", headers={"Accept-Encoding": "identity"})
    assert (packed.headers["Content-Encoding"], plain.headers.get("Content-Encoding")) == ("gzip", None)
    assert packed.text == plain.text
    for name in ("nothing.css", "..%2fasking.py", "__init__.py", "%2e%2e"):
        assert emulator.http.get(f"{emulator.url}/assets/{name}").status_code == 404


def test_a_start_pays_for_no_page() -> None:
    import subprocess
    import sys

    code = (
        "import sys; from emulator.app import build_emulator; from emulator.settings import Settings; "
        "build_emulator(Settings()).store.close(); "
        "sys.exit(any(f'emulator.ui.{name}' in sys.modules for name in ('feed', 'phrases', 'case', 'planning')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_broken_body_in_the_journal_breaks_no_page(emulator: Emulator) -> None:
    key = {"X-Workflow-Access-Key": f"test_{emulator.sandbox}", "Content-Type": "application/json"}
    url = f"{emulator.url}/integrations/core/cases"
    for body in (
        b"\xff\xfe",
        b"[" * 5000,
        b'{"a": "' + b"x" * 200_000 + b'"}',
        b"{\r\n}",
        json.dumps([[[]]] * 9).encode(),
    ):
        emulator.http.post(url, data=body, headers=key)
    assert open_page(emulator, "/").status_code == 200
    for exchange in emulator.control("GET", "requests").json()["requests"]:
        assert open_page(emulator, f"/requests/{exchange['number']}").status_code == 200


def test_with_a_token_pages_ask_for_it_once() -> None:
    with served(control_token="se-cret;x") as emulator:
        asked = emulator.http.get(
            f"{emulator.url}/inbox?show=all", headers={"Accept": "text/html"}, allow_redirects=False
        )
        assert (asked.status_code, asked.headers["Location"]) == (303, "/login?next=%2Finbox%3Fshow%3Dall")
        polled = emulator.http.get(f"{emulator.url}/inbox", headers={"HX-Request": "true"}, allow_redirects=False)
        assert (polled.status_code, "HX-Redirect" in polled.headers) == (401, True)
        around = {"HX-Request": "true", "HX-Current-URL": f"{emulator.url}/cases/aplyid/1?a=b"}
        polled = emulator.http.get(f"{emulator.url}/clock?ticked=x", headers=around)
        assert polled.headers["HX-Redirect"] == "/login?next=%2Fcases%2Faplyid%2F1%3Fa%3Db"
        assert emulator.http.post(f"{emulator.url}/samples/aplyid", allow_redirects=False).status_code == 303
        wrong = emulator.http.post(f"{emulator.url}/login", data={"token": "x", "next": "/inbox"})
        assert (wrong.status_code, "This is not the token." in wrong.text, "Set-Cookie" in wrong.headers) == (
            403,
            True,
            False,
        )
        typed = {"token": "se-cret;x", "next": "/inbox?show=all"}
        right = emulator.http.post(f"{emulator.url}/login", data=typed, allow_redirects=False)
        assert (right.status_code, right.headers["Location"]) == (303, "/inbox?show=all")
        cookie = right.headers["Set-Cookie"]
        assert re.match(r"case-emulator-control-\d+=[0-9a-f]{64};", cookie)
        assert ("HttpOnly" in cookie, "SameSite=Strict" in cookie, "cret" in cookie) == (True, True, False)
        assert emulator.http.get(f"{emulator.url}/inbox", headers={"Accept": "text/html"}).status_code == 200
        assert emulator.http.get(f"{emulator.url}/_emulator/sandboxes").status_code == 401
        assert emulator.http.get(f"{emulator.url}/assets/style.css").status_code == 200
        for other in ("//evil.example", "https://evil.example", "/\\evil.example", "/\r\nX: y"):
            led = emulator.http.post(f"{emulator.url}/login", data={**typed, "next": other}, allow_redirects=False)
            assert led.headers["Location"] == "/"


def test_without_the_token_an_error_says_nothing_of_the_sandboxes() -> None:
    with served(control_token="secret") as emulator:
        emulator.of("secret-team").aplyid.open_case()
        for path in ("/assets/nope", "/s/secret-team/assets/nope", "/assets/%00"):
            answer = emulator.http.get(f"{emulator.url}{path}", headers={"Accept": "text/html"})
            assert (answer.status_code, "<nav" in answer.text) == (404, False)
            assert "secret-team" not in answer.text.replace("/s/secret-team", "")


def test_what_is_gone_is_said_once_and_then_asked_for_no_more(emulator: Emulator) -> None:
    for path in ("/cases/aplyid/9?part=live", "/guided_flows/standard/9/presenter?seen=x"):
        answer = open_page(emulator, path, **{"HX-Request": "true"})
        assert (answer.status_code, "HX-Retarget" in answer.headers) == (286, False)
    assert emulator.control("GET", "requests").json()["count"] == 0


def test_a_sandbox_is_reached_without_the_last_slash(emulator: Emulator) -> None:
    answer = emulator.http.get(f"{emulator.url}/s/{emulator.sandbox}", headers={"Accept": "text/html"})
    assert (answer.status_code, f"test_{emulator.sandbox}" in answer.text) == (200, True)


def test_a_name_with_odd_letters_is_read_back_as_it_was(emulator: Emulator) -> None:
    answer = open_page(emulator, "/cases/f%C3%B6%20o/1")
    assert (answer.status_code, "There is no provider f\u00f6 o" in read(answer).text) == (404, True)


def test_the_page_of_rules_and_faults_asks_the_control_api_seven_times(monkeypatch: pytest.MonkeyPatch) -> None:
    from emulator.ui import api_client
    from emulator.web import internal_client

    asked: list[str] = []

    def ask(application: Any, method: str, target: str, *more: Any, **named: Any) -> Any:
        asked.append(target)
        return real(application, method, target, *more, **named)

    real = internal_client.ask
    monkeypatch.setattr(api_client, "ask", ask)
    built = build_emulator(Settings())
    page = built.app.test_client().get("/planning", headers={"Accept": "text/html"})
    built.store.close()
    assert page.status_code == 200
    assert len(asked) == 7, asked


def test_a_case_that_waits_to_be_started_says_so_and_can_be_completed(emulator: Emulator) -> None:
    waiting = {"customer_id": 123, "auto_start": False, "checks": [{"check_type": "PEP"}]}
    key = {"Authorization": f"Bearer test_{emulator.sandbox}"}
    assert emulator.http.post(f"{emulator.url}/api/cases/", json=waiting, headers=key).status_code == 201
    assert "waits to be started" in open_page(emulator, "/").text
    page = open_page(emulator, "/cases/sphinxhq/1").text
    assert "Complete as accepted" in page
    assert key["Authorization"] in page, "the curl command has the key of the generation that was spoken"
    assert open_page(emulator, "/analyst/sphinxhq/1").status_code == 200
