"""APLYiD Workflow, in the verbs of its user."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from emulator.app import build_emulator
from emulator.readers import read_credentials
from emulator.settings import BadSetting, Settings
from tests.emulators import APLYID_PATH, CREATE_CASE, LEAVE_OUT, Emulator, compact, served
from tests.waiting import PATIENCE, wait_until
from tests.wire import request_bytes


def test_the_printed_sample_gets_the_printed_answer_in_its_key_order() -> None:
    with served() as emulator:
        answer = emulator.aplyid.post(CREATE_CASE["request"]["body"])
    expected = compact(CREATE_CASE["answer"]["body"]).replace("http://127.0.0.1:8642", emulator.url)
    assert (answer.status_code, answer.reason) == (201, "Created")
    assert answer.text == expected
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


def test_422_has_the_documented_reason_phrase(emulator: Emulator) -> None:
    answer = emulator.aplyid.create(client__name="")
    assert (answer.status_code, answer.reason) == (422, "Unprocessable Content")
    assert answer.json() == {"message": "Name can't be blank", "code": "APLY-422"}


def test_the_same_external_id_reuses_the_client_whatever_else_is_said(emulator: Emulator) -> None:
    first = emulator.aplyid.open_case(client__external_id="known")["client"]
    for other in (
        {"client__name": "Someone Else"},
        {"client__name": LEAVE_OUT, "client__client_type": "nonsense"},
        {"client__email": "no address", "client__clientable_attributes": LEAVE_OUT},
        {"client__contact_phone_attributes": {}},
    ):
        assert emulator.aplyid.open_case(client__external_id="known", **other)["client"] == first


def test_the_activity_of_a_reused_client_is_still_judged(emulator: Emulator) -> None:
    emulator.aplyid.open_case(client__external_id="known")
    assert emulator.aplyid.message(client__external_id="known", activity__name="") == "Name can't be blank"


@pytest.mark.parametrize("blank", ["", "  ", "\u00a0", None, [], {}, False])
def test_a_blank_external_id_never_reuses(emulator: Emulator, blank: object) -> None:
    ids = {emulator.aplyid.open_case(client__external_id=blank)["client"]["id"] for _ in range(2)}
    assert len(ids) == 2


@pytest.mark.parametrize(
    "pair",
    [("a", "A"), ("a", "a "), ("1", "１"), ("é", "e\u0301"), (1, "1.0"), ("%", "_"), ("x' OR 1=1--", "x")],
)
def test_external_ids_that_differ_at_all_are_two_clients(emulator: Emulator, pair: tuple[object, object]) -> None:
    ids = {emulator.aplyid.open_case(client__external_id=one)["client"]["id"] for one in pair}
    assert len(ids) == 2


@pytest.mark.parametrize(("sent", "same"), [(7, "7"), (1.0, "1.0"), (True, "t"), (1e20, "1.0e+20")])
def test_a_scalar_external_id_is_its_text(emulator: Emulator, sent: object, same: str) -> None:
    first = emulator.aplyid.open_case(client__external_id=sent)["client"]
    assert first["external_id"] == same
    assert emulator.aplyid.open_case(client__external_id=same)["client"] == first


def test_fifty_simultaneous_creates_make_fifty_cases_and_one_client(emulator: Emulator) -> None:
    with ThreadPoolExecutor(50) as pool:
        mine = (Emulator(emulator.url, emulator.sandbox) for _ in range(50))
        cases = list(pool.map(lambda e: e.aplyid.open_case(client__external_id="one"), mine))
    assert len({case["case_id"] for case in cases}) == 50
    assert {case["client"]["id"] for case in cases} == {8843}


def test_the_same_activity_external_id_makes_a_new_case_each_time(emulator: Emulator) -> None:
    ids = {emulator.aplyid.open_case(activity__external_id="same")["case_id"] for _ in range(3)}
    assert len(ids) == 3


def test_each_sandbox_counts_for_itself_and_knows_its_own_clients(shared_emulator: Emulator) -> None:
    cases = [shared_emulator.of(f"tenant-{n}").aplyid.open_case(client__external_id="same") for n in (1, 2)]
    assert {(case["case_id"], case["client"]["id"]) for case in cases} == {(1024, 8843)}


def test_a_refused_request_uses_no_id_and_makes_no_client(emulator: Emulator) -> None:
    emulator.aplyid.message(activity__name="", client__external_id="new")
    emulator.aplyid.message(client__name="x" * 51, client__external_id="new")
    assert emulator.aplyid.message(client__client_type="no", client__external_id="new") == "Invalid client type: no"
    case = emulator.aplyid.open_case(client__external_id="new")
    assert (case["case_id"], case["client"]["id"]) == (1024, 8843)


def test_a_further_key_opens_the_default_sandbox() -> None:
    with served(access_key=["my-key"]) as emulator:
        headers = {"X-Workflow-Access-Key": "my-key"}
        url = f"{emulator.url}/integrations/core/cases"
        first = emulator.http.post(url, json=emulator.aplyid.order(), headers=headers).json()
        assert emulator.aplyid.open_case()["case_id"] == first["case_id"] + 1


@pytest.mark.parametrize("key", ["", "test_", "test_expired", "test_UPPER", "test_a b", "live_abc", f"test_{'x' * 65}"])
def test_any_other_key_is_unauthorized(emulator: Emulator, key: str) -> None:
    answer = emulator.aplyid.post(emulator.aplyid.order(), X_Workflow_Access_Key=key)
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized"})
    assert "test_<name>" in answer.headers["X-Emulator-Advice"]


def test_the_log_says_why_a_request_was_refused(emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    emulator.aplyid.create(client__name="")
    emulator.sphinxhq.create(notes="")
    assert "422" in caplog.text
    assert "Name can't be blank" in caplog.text
    assert "This field may not be blank." in caplog.text


def test_a_sandbox_named_by_the_path_wins_over_the_key_and_stands_in_the_link(emulator: Emulator) -> None:
    url = f"{emulator.url}/s/by-path/integrations/core/cases"
    headers = {"X-Workflow-Access-Key": "test_other"}
    case = emulator.http.post(url, json=emulator.aplyid.order(), headers=headers).json()
    assert case["case_url"].startswith(f"{emulator.url}/s/by-path/guided_flows/standard/5567")
    assert emulator.http.post(url, json=emulator.aplyid.order()).status_code == 401
    wait_until(lambda: len(emulator.of("by-path").inbox()) == 1)


def test_a_suffix_asks_for_json_also_before_a_slash_that_is_the_same_route(emulator: Emulator) -> None:
    for path, body in (("cases.json", b'{"status":404'), ("cases.json/", b'{"status":404'), ("cases/", b"")):
        answer = emulator.http.get(f"{emulator.url}/integrations/core/{path}")
        assert (answer.status_code, answer.content[:13]) == (404, body)


def test_a_verb_nobody_knows_is_405_on_any_path_of_the_service(emulator: Emulator) -> None:
    for path in ("/integrations/core/cases", "/integrations/core/nope", "/integrations"):
        assert emulator.http.request("FROB", emulator.url + path).status_code == 405
        assert emulator.http.request("PROPFIND", emulator.url + path).status_code == 404


@pytest.mark.parametrize("query", ["x=%ff", "%ff=1", "x=%", "x=%zz", "x=%c3"])
def test_a_query_that_cannot_be_decoded_is_refused_before_anyone_asks_who_is_there(
    emulator: Emulator, query: str
) -> None:
    for headers in ({}, {"X-Workflow-Access-Key": "test_default"}):
        answer = emulator.raw(request_bytes("POST", f"/integrations/core/cases?{query}", headers))
        assert (answer.status, answer.body) == (400, b"")


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("1" + "0" * 400, None),
        (int("1" + "0" * 400), None),
        ("1e400", "is not a number"),
        ("-1e400", "must be greater than 0"),
        ("1e-99999999999", "must be greater than 0"),
        (True, "is not a number"),
        (False, "must be greater than 0"),
        ("0.00000000000000000000000001", None),
    ],
)
def test_an_amount_as_text_and_as_number_are_judged_alike(emulator: Emulator, amount: object, told: str | None) -> None:
    answer = emulator.aplyid.create(activity__max_transaction_value=amount)
    assert answer.json().get("message") == (f"Max transaction value {told}" if told else None)


def test_a_switch_joins_messages_another_way() -> None:
    wrong = {"activity__name": "", "activity__nature": ""}
    for join, told in (
        ("comma", "Name can't be blank, Nature can't be blank"),
        ("first", "Name can't be blank"),
        ("sentence", "Name can't be blank and Nature can't be blank"),
    ):
        with served(switch=[f"aplyid.join={join}"]) as emulator:
            assert emulator.aplyid.message(**wrong) == told


def test_switches_change_the_missing_activity_and_the_host_of_links() -> None:
    with served(switch=["aplyid.activity-missing=activity"]) as emulator:
        assert emulator.aplyid.message(activity={}) == "param is missing or the value is empty: activity"
        assert emulator.aplyid.message(activity={}, client={}).endswith("empty: Client must exist")
    with served(switch=["aplyid.activity-missing=must_exist", "aplyid.case-url=real"]) as emulator:
        assert emulator.aplyid.message(activity={}).endswith("empty: Activity must exist")
        url = "https://workflow.aplyid.com/guided_flows/standard/5567?position=1"
        assert emulator.aplyid.open_case()["case_url"] == url


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({"activity__external_ref": "x"}, "activity.external_ref is not a known key and was ignored, did you mean"),
        ({"client__clientable": {}}, "did you mean client_type?"),
        ({"activity__external_id": LEAVE_OUT}, "no webhook is sent"),
    ],
)
def test_an_accepted_request_that_is_probably_a_mistake_gets_advice(
    emulator: Emulator, changes: dict[str, object], advice: str
) -> None:
    assert advice in emulator.aplyid.create(**changes).headers["X-Emulator-Advice"]


def test_a_good_request_gets_no_advice(emulator: Emulator) -> None:
    assert "X-Emulator-Advice" not in emulator.aplyid.post(CREATE_CASE["request"]["body"]).headers


MISSING = {"message": "param is missing or the value is empty: Client must exist", "code": "APLY-400"}


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({"activity": LEAVE_OUT}, "activity is missing"),
        ({"client": LEAVE_OUT}, "client is missing"),
        ({"activity": {}}, "activity is empty"),
        ({"activity": None}, "activity is empty"),
        ({"activity": [1]}, "activity is no object and counts as missing"),
        ({"client": "x"}, "client is no object and counts as missing"),
        ({"activity": LEAVE_OUT, "client": LEAVE_OUT}, "activity is missing; client is missing"),
        (
            {"activity": LEAVE_OUT, "activty": {"name": "x"}},
            "activty is not a known key and was ignored, did you mean activity?; activity is missing",
        ),
    ],
)
def test_a_missing_object_gets_the_one_printed_body_and_advice_says_which(
    emulator: Emulator, changes: dict[str, object], advice: str
) -> None:
    answer = emulator.aplyid.create(**changes)
    assert (answer.status_code, answer.json(), answer.headers["X-Emulator-Advice"]) == (400, MISSING, advice)


def test_a_credential_of_any_api_can_be_added_by_its_name() -> None:
    with served(credential=("aplyid=my-own", "sphinxhq=other")) as emulator:
        body = {"activity": {}, "client": {}}
        answers = [
            requests.post(
                f"{emulator.url}{APLYID_PATH}", json=body, headers={"X-Workflow-Access-Key": key}, timeout=PATIENCE
            )
            for key in ("my-own", "other")
        ]
    assert [answer.status_code for answer in answers] == [400, 401]


@pytest.mark.parametrize("item", ["aplyd=key", "key", "aplyid="])
def test_a_credential_of_no_api_is_refused_at_the_start(item: str) -> None:
    with pytest.raises((BadSetting, ValueError), match="aplyid"):
        build_emulator(Settings(credential=read_credentials(item)))
