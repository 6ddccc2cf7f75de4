"""Tokens of Sphinx: who comes with one speaks the current generation."""

from pathlib import Path
from uuid import UUID

import pytest

from tests.emulators import Emulator, served
from tests.providers.newcomers import CLIENT_ID, Newcomer, all_at_once

WRONG = {"detail": "Invalid token."}
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def office(emulator: Emulator) -> Newcomer:
    return Newcomer(emulator)


def test_the_credential_of_each_request_decides_the_generation_that_is_spoken(office: Newcomer) -> None:
    by_token, by_cookie = office.open("PEP"), office.forerunner.open("PEP", notes="n", rfi="please")
    assert "external_id" in by_token
    assert "status" not in by_token
    assert by_cookie["status"] == "PENDING"
    assert office.forerunner.case(by_token["id"])["status"] == "PENDING"
    seen = office.case(by_cookie["id"])
    assert UUID(seen["external_id"]).version == 4
    assert seen["rfi"] == {"title": None, "body": "please", "details": None}
    assert office.case(by_cookie["id"]) == seen
    assert office.listed("cases/") == office.forerunner.listed("cases/") == [2, 1]
    office.advance()
    ended = office.webhooks()
    assert ["status" in webhook for webhook in ended] == [False, True]
    assert ended == [office.case(1), office.forerunner.case(2)]


def test_an_issued_token_opens_the_sandbox_of_its_secret_for_an_hour_of_its_clock(office: Newcomer) -> None:
    answer = office.token().json()
    token = answer.pop("access_token")
    assert answer == {"token_type": "Bearer", "expires_in": 3600}
    assert len(token) >= 32
    assert not token.startswith("test_")
    case = office.open("PEP")
    assert office.ask("GET", f"cases/{case['id']}/", token=token).json() == case
    office.advance(3599)
    assert office.ask("GET", "cases/", token=token).status_code == 200
    office.advance(1)
    expired = office.ask("GET", "cases/", token=token)
    assert (expired.status_code, expired.json()) == (401, WRONG)
    assert expired.headers["WWW-Authenticate"] == "Bearer"
    assert "expired" in expired.headers["X-Emulator-Advice"]


def test_each_call_issues_a_token_and_the_older_ones_stay_valid(office: Newcomer) -> None:
    tokens = [answer.json()["access_token"] for answer in all_at_once(office.token)]
    assert len(set(tokens)) == 50
    assert {office.ask("GET", "checks/", token=token).status_code for token in tokens} == {200}


def test_a_reset_ends_the_tokens_of_its_sandbox_alone(office: Newcomer) -> None:
    other = Newcomer(office.emulator.of(f"{office.emulator.sandbox}-2"))
    ours, others = (each.token().json()["access_token"] for each in (office, other))
    office.emulator.control("POST", "reset", {})
    assert office.ask("GET", "cases/", token=ours).status_code == 401
    assert office.ask("GET", "cases/", token=others).status_code == 200


def test_tokens_survive_a_restart_with_a_database(tmp_path: Path) -> None:
    database = tmp_path / "cases.sqlite"
    with served(database=str(database)) as emulator:
        token = Newcomer(emulator).token().json()["access_token"]
    with served(database=str(database)) as emulator:
        assert Newcomer(emulator).ask("GET", "cases/", token=token).status_code == 200
    assert token.encode() not in database.read_bytes()


@pytest.mark.parametrize("switch", ["oauth", "detail"])
def test_a_wrong_secret_is_refused_after_the_fields_were_judged(switch: str) -> None:
    with served(switch=(f"sphinxhq.token-error={switch}",)) as emulator:
        office = Newcomer(emulator)
        refused = office.token("nobody")
        told = {"error": "invalid_client"} if switch == "oauth" else {"detail": "Invalid client credentials."}
        assert (refused.status_code, refused.json()) == (401, told)
        assert office.token("nobody", client_id="x").json() == {"client_id": ["Must be a valid UUID."]}
        assert office.token("test_expired").status_code == 401


def test_a_form_is_read_and_other_bodies_are_not(office: Newcomer) -> None:
    url, http = f"{office.emulator.url}/api/oauth/token/", office.emulator.http
    form = {"client_id": CLIENT_ID, "client_secret": "test_x", "grant_type": "client_credentials"}
    answer = http.post(url, data=form)
    assert answer.status_code == 200
    assert "form" in answer.headers["X-Emulator-Advice"]
    assert http.post(url, data={**form, "grant_type": "password"}).json() == {
        "grant_type": ['"password" is not a valid choice.']
    }
    assert http.post(url, files={"client_id": ("x", b"y")}).status_code == 415
    assert http.post(url, data=b"%", headers={"Content-Type": "application/x-www-form-urlencoded"}).status_code == 400
    assert "Basic" in http.post(url, json=form, auth=("id", "secret")).headers["X-Emulator-Advice"]
    assert http.post(url, json=form, headers={"Authorization": "Bearer wrong"}).status_code == 200
    assert http.get(url).headers["Allow"] == "POST, OPTIONS"
    assert http.get(url).status_code == 405
    assert http.post(url[:-1], json=form, allow_redirects=False).status_code == 301


@pytest.mark.parametrize(
    ("header", "detail"),
    [
        ("Bearer nobody", "Invalid token."),
        ("Bearer test_expired", "Invalid token."),
        ("Bearer", "Invalid token header. No credentials provided."),
        ("bearer a b", "Invalid token header. Token string should not contain spaces."),
    ],
)
def test_a_wrong_token_is_told_so_even_with_a_good_cookie_beside_it(office: Newcomer, header: str, detail: str) -> None:
    cookie = {"Cookie": f"sessionid=test_{office.emulator.sandbox}"}
    url = f"{office.emulator.url}/api/cases/"
    answer = office.emulator.http.get(url, headers={**cookie, "Authorization": header})
    assert (answer.status_code, answer.json()) == (401, {"detail": detail})
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    basic = office.emulator.http.get(url, headers={**cookie, "Authorization": "Basic dTpw"})
    assert basic.status_code == 200


def test_the_switch_of_the_cookie_does_not_touch_tokens_and_literals_are_tokens_too() -> None:
    with served(switch=("sphinxhq.unauthorized=403",), session_id=("my-token",)) as emulator:
        office = Newcomer(emulator)
        assert office.ask("GET", "cases/", token="nobody").status_code == 401
        assert emulator.http.get(f"{emulator.url}/api/cases/").status_code == 403
        assert office.ask("GET", "cases/", token="my-token").status_code == 200


def test_the_path_decides_the_sandbox_for_tokens_too_and_the_credential_must_be_valid(office: Newcomer) -> None:
    case = office.open("PEP")
    url = f"{office.emulator.url}/s/{office.emulator.sandbox}/api/cases/{case['id']}/"
    elsewhere = Newcomer(office.emulator.of("elsewhere")).token().json()["access_token"]
    get = office.emulator.http.get
    assert get(url, headers={"Authorization": "Bearer test_default"}).json() == case
    assert get(url, headers={"Authorization": f"Bearer {elsewhere}"}).json() == case
    assert get(url, headers={"Authorization": "Bearer nobody"}).status_code == 401


def test_secrets_and_tokens_are_masked_in_the_journal(office: Newcomer) -> None:
    secret = f"test_{office.emulator.sandbox}"
    token = office.token().json()["access_token"]
    url = f"{office.emulator.url}/api/oauth/token/"
    form = {"client_id": CLIENT_ID, "client_secret": secret, "grant_type": "client_credentials"}
    also = office.emulator.http.post(url, data=form).json()["access_token"]
    office.ask("GET", "cases/", token=token)
    exchanges = office.emulator.control("GET", "requests").json()["requests"]
    kept = [office.emulator.control("GET", f"requests/{each['number']}").text for each in exchanges]
    assert len(kept) == 3
    assert not any(word in text for word in (token, also, f'{secret}\\"', f"client_secret={secret}") for text in kept)


def test_a_fault_holds_for_tokens_and_their_endpoint_too(office: Newcomer) -> None:
    fault = {"kind": "status", "status": 503, "times": 2}
    answer = office.emulator.control("POST", "faults", fault)
    assert answer.ok, answer.text
    assert office.token().status_code == 503
    assert office.ask("GET", "cases/").status_code == 503
    assert office.token().status_code == 200
