"""`CaseEmulator`: one sandbox, driven by a Python program."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from emulator.client import (
    LEAVE_OUT,
    CaseEmulator,
    NotCreated,
    NotDone,
    NotReached,
    Refusal,
    UnexpectedWebhook,
    WebhookMissing,
)
from emulator.client.proxies import bypass_proxies
from emulator.client.transport import Control
from tests.emulators import Emulator, served
from tests.receivers import free_port, receiving

NEW_YEAR = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def handle(shared_emulator: Emulator) -> Iterator[CaseEmulator]:
    """A sandbox that nobody else uses, its clock standing still."""
    with CaseEmulator(shared_emulator.url) as handle:
        handle.configure(delay=2)
        handle.clock.freeze(NEW_YEAR)
        yield handle


def test_without_a_name_it_is_a_sandbox_that_nobody_uses(shared_emulator: Emulator) -> None:
    first, second = CaseEmulator(shared_emulator.url), CaseEmulator(shared_emulator.url)
    assert first.sandbox != second.sandbox
    assert (first.access_key, first.session_id) == (f"test_{first.sandbox}",) * 2


def test_it_is_newborn_at_the_start_and_at_the_end(shared_emulator: Emulator) -> None:
    with CaseEmulator(shared_emulator.url, "used-before") as handle:
        assert handle.aplyid.create_case()["case_id"] == 1024
    with CaseEmulator(shared_emulator.url, "used-before") as handle:
        assert handle.cases.all() == []
        assert handle.aplyid.create_case()["case_id"] == 1024
    assert CaseEmulator(shared_emulator.url, "used-before").cases.all() == []


def test_a_first_case_takes_as_few_requests_as_can_be(
    shared_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, request = list[str](), Control._request

    def note(control: Control, method: str, path: str, *rest: Any) -> Any:
        asked.append(path.rpartition("/")[2].partition("?")[0])
        return request(control, method, path, *rest)

    monkeypatch.setattr(Control, "_request", note)
    with CaseEmulator(shared_emulator.url, "few-requests") as sandbox:
        assert sandbox.aplyid.create_case()
        assert asked == ["reset", "aplyid", "cases"]  # the second is for the sample


def test_where_nothing_answers_it_says_what_to_start() -> None:
    with pytest.raises(NotReached, match="case-emulator serve"):
        CaseEmulator(f"http://127.0.0.1:{free_port()}")


def test_a_control_token_is_sent() -> None:
    with served(control_token="sesame") as emulator:
        with pytest.raises(Refusal, match="control token"):
            CaseEmulator(emulator.url)
        with CaseEmulator(emulator.url, token="sesame") as handle:
            assert handle.sphinxhq.create_case()["id"] == 1


def test_what_is_not_given_is_made_up_and_valid(handle: CaseEmulator) -> None:
    made = [handle.aplyid.create_case() for _ in range(5)] + [handle.sphinxhq.create_case() for _ in range(5)]
    assert len({case["external_id"] for case in made if "case_id" in case}) == 5
    assert handle.requests.count(status=201) == 10


def test_what_is_given_is_merged_into_it(handle: CaseEmulator) -> None:
    case = handle.aplyid.create_case(activity={"external_id": "order-1"}, client={"name": "Jo Denied"})
    [sent] = handle.requests.find(body={"client.name": "Jo Denied"})
    assert (case["external_id"], case["client"]["name"]) == ("order-1", "Jo Denied")
    assert '"nature": "' in str(sent["body"])
    body = handle.aplyid.sample(activity={"external_id": LEAVE_OUT, "address_attributes": {"suburb": LEAVE_OUT}})
    assert "external_id" not in body["activity"]
    assert body["activity"]["address_attributes"].keys() == {"country_code", "address_line_1", "state", "postcode"}


def test_a_refused_case_raises_with_status_and_answer(handle: CaseEmulator) -> None:
    with pytest.raises(NotCreated, match="422") as refused:
        handle.aplyid.create_case(client={"name": None})
    assert (refused.value.status, refused.value.answer["message"]) == (422, "Name can't be blank")
    assert handle.sphinxhq.send({"notes": ""})[1] == {"notes": ["This field may not be blank."]}
    assert handle.aplyid.send({}, {"X-Workflow-Access-Key": "wrong"})[0] == 401


def test_a_webhook_is_waited_for_with_its_exact_bytes_and_headers(handle: CaseEmulator) -> None:
    case = handle.aplyid.create_case(activity={"external_id": "order-1"})
    with pytest.raises(WebhookMissing, match=r"stands still, and something is due at .*:01\.0+Z: advance it, or wait "):
        handle.webhooks.wait(external_id="order-1", timeout=0)
    handle.webhooks.assert_none()
    handle.clock.advance(2)
    webhook = handle.webhooks.wait(external_id="order-1", case_id=case["case_id"], provider="aplyid")
    assert (webhook.state, webhook.event, webhook.rule) == ("inbox", "case.completed", "default")
    assert re.fullmatch(rb'\{"case_id":1024,"external_id":"order-1",.*"approval_status":"approved"\}\}', webhook.body)
    assert webhook.headers["X-Workflow-Webhook-Id"] == webhook.id
    assert handle.webhooks.received == [webhook]
    with pytest.raises(UnexpectedWebhook, match="aplyid case 1024: inbox"):
        handle.webhooks.assert_none()


def test_a_webhook_is_sent_to_a_receiver_and_again(handle: CaseEmulator) -> None:
    with receiving() as receiver:
        handle.configure(webhook_url=receiver.url, delay=0)
        handle.aplyid.create_case()
        webhook = handle.webhooks.wait()
        assert (receiver.next().body, webhook.state, len(webhook.attempts)) == (webhook.body, "delivered", 1)
        handle.webhooks.redeliver(webhook)
        assert receiver.next().header("X-Workflow-Webhook-Id") == webhook.id


def test_the_clock_is_frozen_advanced_scaled_and_let_go(handle: CaseEmulator) -> None:
    assert handle.clock.now == NEW_YEAR
    handle.sphinxhq.create_case()
    kinds = [event["kind"] for event in handle.clock.advance(timedelta(hours=1))]
    assert kinds == ["case_processing", "case_completed", "webhook_kept"]
    assert handle.clock.advance("P1D") == handle.clock.settle() == []
    assert handle.clock.advance("1h30m") == handle.clock.advance("1800") == []  # as the command takes it
    assert handle.clock.now == NEW_YEAR + timedelta(days=1, hours=3)
    with pytest.raises(Refusal, match="ISO 8601 is needed"):
        handle.clock.advance("tomorrow")
    with pytest.raises(Refusal, match="never goes back"):
        handle.clock.freeze(NEW_YEAR)
    handle.reset()
    assert handle.clock.follow() < NEW_YEAR


def test_outcomes_are_planned_and_ruled(handle: CaseEmulator) -> None:
    handle.configure(delay=0)
    handle.outcomes.next("denied", provider="aplyid")
    rule = handle.outcomes.when({"customer.full_name": {"contains": "Risky"}}, outcome="REJECTED", risk_score=0.9)
    first, second = handle.aplyid.create_case(), handle.sphinxhq.create_case(customer={"full_name": "Risky Ltd"})
    handle.clock.settle()
    assert handle.cases.get("aplyid", first["case_id"])["outcome"] == "denied"
    told = handle.cases.get("sphinxhq", second["id"])
    assert (told["outcome"], told["risk_score"], told["rule"]) == ("denied", 0.9, f"rule {rule}")
    handle.outcomes.forget()
    handle.aplyid.create_case(client={"name": "Jo Bloggs"})
    assert handle.cases.all(provider="aplyid")[0]["rule"] == "default"


def test_a_case_is_ended_as_ordered(handle: CaseEmulator) -> None:
    case = handle.sphinxhq.create_case()
    assert handle.cases.complete("sphinxhq", case["id"], outcome="REJECTED", risk_score=0.9)["outcome"] == "denied"


def test_faults_are_planned_and_taken_back(handle: CaseEmulator) -> None:
    fault = handle.faults.add("status", provider="aplyid", status=503, times=2)
    assert handle.aplyid.send({})[0] == 503
    assert [planned["id"] for planned in handle.faults.all] == [fault]
    handle.faults.remove(fault)
    handle.faults.add("rate_limit")
    handle.faults.clear()
    assert handle.aplyid.send({})[0] == 400


def test_requests_are_found_by_every_filter_of_theirs(handle: CaseEmulator) -> None:
    handle.aplyid.create_case()
    path = "/integrations/core/cases"
    assert handle.requests.count(method="POST", path=path, status=201, provider="aplyid", direction="in") == 1
    assert handle.requests.count(method="GET") == 0


def test_the_handle_learns_the_apis_and_their_operations(handle: CaseEmulator) -> None:
    assert handle.providers == ["aplyid", "sphinxhq"]
    created = handle.sphinxhq.create_case()
    assert handle.sphinxhq.call("read_case", id=created["id"]) == (200, created)
    with pytest.raises(LookupError, match="read_case"):
        handle.sphinxhq.call("delete_case", id=1)
    with pytest.raises(LookupError, match="read_case needs id"):
        handle.sphinxhq.call("read_case")
    with pytest.raises(AttributeError, match="the emulated APIs are aplyid, sphinxhq"):
        handle.aplid.create_case()


def test_the_handle_speaks_the_current_generation_too(handle: CaseEmulator) -> None:
    current = handle.sphinxhq.current
    case = current.create_case(external_id="order-1", checks=LEAVE_OUT, case_config="aml-individual")
    assert len(case["checks"]) == 3
    assert current.update_case(id=case["id"], metadata={"a": 1})["metadata"] == {"a": 1}
    assert handle.sphinxhq.update_case(id=case["id"], metadata={})["metadata"] == {}, "only the current one has it"
    handle.clock.advance(2)
    assert current.start(id=case["id"])["action_taken"] == "noop_already_started"
    assert current.start(id=case["id"], allow_restart=True)["external_id"] == "order-1"
    assert handle.sphinxhq.read_case(id=case["id"])["status"] == "COMPLETED"
    with pytest.raises(LookupError, match="one generation only"):
        _ = handle.aplyid.current


def test_requests_are_found_counted_and_explained(handle: CaseEmulator) -> None:
    handle.aplyid.create_case(client={"name": "Jo"})
    handle.aplyid.send({})
    assert handle.requests.count() == 2
    assert handle.requests.count(body={"client.name": "Jo"}) == handle.requests.count(status=400) == 1
    [missed] = handle.requests.near_misses()
    assert "activity and client" in missed["needed"][0]


@pytest.mark.slow
def test_a_count_that_is_not_known_is_no_number(handle: CaseEmulator) -> None:
    for _ in range(1001):
        handle.aplyid.send({})
    with pytest.raises(LookupError, match="1 exchanges were evicted"):
        handle.requests.count()


def test_all_of_it_is_taken_and_restored(handle: CaseEmulator) -> None:
    handle.aplyid.create_case()
    taken = handle.snapshot()
    handle.reset()
    handle.restore(taken)
    assert [case["id"] for case in handle.cases.all()] == [1024]


def test_dates_and_spans_of_time_are_taken_wherever_a_moment_or_seconds_are(handle: CaseEmulator) -> None:
    assert handle.clock.freeze(date(2031, 1, 1)) == datetime(2031, 1, 1, tzinfo=UTC)
    with pytest.raises(TypeError, match=r"a date, a datetime or a text of ISO 8601 is needed, not 5"):
        handle.clock.freeze(5)  # type: ignore[arg-type]
    assert handle.clock.freeze(datetime(2031, 1, 2)) == datetime(2031, 1, 2, tzinfo=UTC)
    assert handle.configure(delay=timedelta(seconds=3))["delay"] == 3
    handle.outcomes.when({"client.name": "Jo"}, delay=timedelta(minutes=1))
    handle.faults.add("latency", seconds=timedelta(milliseconds=10), expires_in=timedelta(hours=1))
    sent = handle.aplyid.sample(client={"clientable_attributes": {"date_of_birth": date(1990, 1, 15)}})
    handle.aplyid.send(sent)
    assert handle.requests.count(body={"client.clientable_attributes.date_of_birth": date(1990, 1, 15)}) == 1
    with pytest.raises(WebhookMissing, match=r"within 0\.01 s"):
        handle.webhooks.wait(timeout=timedelta(milliseconds=10))
    handle.webhooks.assert_none(external_id="nobody", timeout=timedelta(0))
    assert handle.clock.scale(60, date(2032, 1, 1)) >= datetime(2032, 1, 1, tzinfo=UTC)


def test_a_receiver_in_the_loop_of_the_test_is_waited_for(handle: CaseEmulator) -> None:
    received: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.splitlines() if line.lower().startswith(b"content-length:"))
        received.append(await reader.readexactly(length))
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async def main() -> None:
        async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
            handle.configure(webhook_url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
            handle.aplyid.create_case(activity={"external_id": "order-1"})
            await handle.webhooks.assert_none_async()
            happened = await handle.clock.advance_async(60)
            assert happened[-1]["kind"] == "delivery_attempted"
            assert await handle.clock.settle_async() == []
            webhook = await handle.webhooks.wait_async(external_id="order-1")
            assert (received, webhook.state) == ([webhook.body], "delivered")

    asyncio.run(main())


def test_the_environment_of_a_program_under_test_leads_past_its_proxy(
    handle: CaseEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for before, after in (
        ("", "127.0.0.1"),
        ("localhost, .acme.com", "localhost,.acme.com,127.0.0.1"),
        ("127.0.0.1,x", "127.0.0.1,x"),
        ("*", "*"),
    ):
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.setenv(name, before)
        variables = handle.env()
        assert (variables["no_proxy"], variables["NO_PROXY"]) == (after, after)
    assert bypass_proxies("http://[::1]:1", {"no_proxy": "a"}) == dict.fromkeys(("no_proxy", "NO_PROXY"), "a,::1,[::1]")
    assert bypass_proxies("http://x:1", {"no_proxy": "a", "NO_PROXY": "b"}) == {"no_proxy": "a,x", "NO_PROXY": "b,x"}


def test_a_program_under_test_finds_it_by_its_environment(
    handle: CaseEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert handle.env() == {
        "no_proxy": "127.0.0.1",
        "NO_PROXY": "127.0.0.1",
        "APLYID_BASE_URL": handle.url,
        "APLYID_ACCESS_KEY": handle.access_key,
        "SPHINXHQ_BASE_URL": handle.url,
        "SPHINXHQ_SESSION_ID": handle.session_id,
        "CASE_EMULATOR_URL": handle.url,
    }


def test_every_operation_of_an_api_is_a_method(handle: CaseEmulator) -> None:
    customer = handle.sphinxhq.create_customer(full_name="Ada Lovelace", external_id="c-1")
    case = handle.sphinxhq.create_case(customer=LEAVE_OUT, customer_id=customer["id"])
    document = handle.sphinxhq.upload_document(file=b"%PDF-1.4", original_name="a.pdf", case_id=case["id"])
    assert handle.sphinxhq.read_document(id=document["id"])["case"] == case["id"]
    check = handle.sphinxhq.add_check(case_id=case["id"], check_type="IDV", document_ids=[document["id"]])
    assert check["id"] in [each["id"] for each in handle.sphinxhq.list_checks(case_id=case["id"])["results"]]
    handle.clock.advance(5)
    again = handle.sphinxhq.start(id=case["id"])
    assert (again["id"], again["status"]) == (case["id"] + 1, "PENDING")
    assert handle.sphinxhq.list_cases(customer_id=customer["id"])["count"] == 1


def test_an_operation_that_is_refused_raises_and_an_unknown_one_names_those_there_are(handle: CaseEmulator) -> None:
    with pytest.raises(NotDone, match=r"add_check answered 400: .*Invalid pk") as refused:
        handle.sphinxhq.add_check(case_id=9)
    assert refused.value.status == 400
    with pytest.raises(AttributeError, match=r"aplyid has no attribute upload; its operations are create_case"):
        handle.aplyid.upload()
    with pytest.raises(LookupError, match=r"start needs id, as in start\(id=1\)"):
        handle.sphinxhq.start()
