"""What is turned by the switches of Sphinx' current generation, and tokens that a fault ends early."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from emulator.core.deviation import Deviation, Strikes, standing_fault
from emulator.running import RunningEmulator
from tests.emulators import Emulator, served, settings
from tests.providers.newcomers import Newcomer


@contextmanager
def turned(switch: str) -> Iterator[Newcomer]:
    with served(switch=(f"sphinxhq.{switch}",)) as emulator:
        yield Newcomer(emulator)


@contextmanager
def deviating(deviation: Deviation) -> Iterator[Newcomer]:
    with RunningEmulator(settings(), deviation) as running:
        yield Newcomer(Emulator(running.address))


def ended(office: Newcomer) -> int:
    """A case that has finished."""
    case = office.open("PEP")
    office.advance()
    return int(case["id"])


@pytest.mark.parametrize(
    ("place", "of_query", "of_body"), [("either", 200, 200), ("body", 202, 200), ("query", 200, 202)]
)
def test_a_restart_is_allowed_where_the_switch_says(place: str, of_query: int, of_body: int) -> None:
    with turned(f"restart-flag={place}") as office:
        path = f"cases/{ended(office)}/start/"
        assert office.ask("POST", f"{path}?allow_restart=true", {}).status_code == of_query
        path = f"cases/{ended(office)}/start/"
        assert office.ask("POST", path, {"allow_restart": True}).status_code == of_body


def test_a_start_that_begins_something_has_the_status_of_the_switch() -> None:
    with turned("start-status=202") as office:
        answer = office.ask("POST", f"cases/{ended(office)}/start/", {"allow_restart": True})
        assert (answer.status_code, answer.json()["action_taken"]) == (202, "restarted")


def test_a_queued_check_has_the_state_of_the_switch_and_no_other_check() -> None:
    with turned("queued-check=SUBMITTED") as office:
        assert office.open("PEP")["checks"][0]["status"] == "SUBMITTED"
        assert office.open("PEP", auto_start=False)["checks"][0]["status"] == "PENDING"
        assert office.case(ended(office))["checks"][0]["status"] == "DECIDED"


@pytest.mark.parametrize(("how", "after"), [("replace", {"b": 2}), ("merge", {"a": 1, "b": 2})])
def test_metadata_are_replaced_or_merged_as_the_switch_says(how: str, after: object) -> None:
    with turned(f"patch-metadata={how}") as office:
        case = office.open("PEP", metadata={"a": 1})
        answer = office.ask("PATCH", f"cases/{case['id']}/", {"metadata": {"b": 2}})
        assert answer.json()["metadata"] == after


def test_a_token_lives_and_is_spelled_as_the_switches_say() -> None:
    with served(switch=("sphinxhq.token-life=60", "sphinxhq.token-type=bearer")) as emulator:
        office = Newcomer(emulator)
        answer = office.token().json()
        token = answer.pop("access_token")
        assert answer == {"token_type": "bearer", "expires_in": 60}
        office.advance(59)
        assert office.ask("GET", "cases/", token=token).status_code == 200
        office.advance(1)
        assert office.ask("GET", "cases/", token=token).status_code == 401


def test_a_planned_fault_ends_the_next_token_after_its_first_request(office: Newcomer) -> None:
    office.emulator.control("POST", "faults", {"kind": "token_ends_early", "times": 1})
    short, whole = (office.token().json()["access_token"] for _ in range(2))
    assert [office.ask("GET", "cases/", token=short).status_code for _ in range(3)] == [200, 401, 401]
    assert [office.ask("GET", "cases/", token=whole).status_code for _ in range(3)] == [200, 200, 200]
    [refused, *_] = office.emulator.control("GET", "requests?status=401").json()["requests"]
    assert any("token_ends_early" in fault for fault in refused["faults"])
    assert "fault" in office.ask("GET", "cases/", token=short).headers["X-Emulator-Advice"]


def test_the_world_ends_the_first_token_of_a_sandbox_alone() -> None:
    strikes = Strikes(frozenset({"token_ends_early"}))
    with deviating(Deviation(faults=(standing_fault("token_ends_early", first=True),), strikes=strikes)) as office:
        for _ in range(2):
            short, whole = (office.token().json()["access_token"] for _ in range(2))
            tokens = (short, short, whole, whole)
            assert [office.ask("GET", "cases/", token=each).status_code for each in tokens] == [200, 401, 200, 200]
            office.emulator.control("POST", "reset", {})  # after which the sandbox has a first token once more
    assert strikes.count == 2


def test_who_is_told_of_a_case_though_the_request_was_invalid_is_told_in_the_own_generation(office: Newcomer) -> None:
    office.emulator.control("POST", "faults", {"kind": "lie", "how": "created_though_invalid"})
    by_token, by_cookie = (each.ask("POST", "cases/", {"checks": []}) for each in (office, office.forerunner))
    assert (by_token.status_code, by_cookie.status_code) == (201, 201)
    assert ["is_complete" in answer.json() for answer in (by_token, by_cookie)] == [True, False]


def test_no_case_ends_by_itself_where_none_should_however_its_work_began() -> None:
    strikes = Strikes(frozenset({"opening_lie"}))
    with deviating(Deviation(faults=(standing_fault("opening_lie", how="never_ends"),), strikes=strikes)) as office:
        waits = office.open("PEP", auto_start=False)
        assert office.ask("POST", f"cases/{waits['id']}/start/", {}).json()["action_taken"] == "started"
        office.advance(600)
        assert not office.case(waits["id"])["is_complete"]
    assert strikes.count == 1


@pytest.fixture
def office(emulator: Emulator) -> Newcomer:
    return Newcomer(emulator)


def test_a_change_that_is_forgotten_is_told_and_not_made(office: Newcomer) -> None:
    case = office.open("PEP", metadata={"a": 1})
    office.emulator.control("POST", "faults", {"kind": "change_forgotten", "times": 1})
    assert office.change(case["id"], metadata={"b": 2})["metadata"] == {"b": 2}
    assert office.ask("GET", f"cases/{case['id']}/").json()["metadata"] == {"a": 1}
    [exchange] = office.emulator.control("GET", "requests?method=PATCH").json()["requests"]
    assert [fault.partition(" ")[0] for fault in exchange["faults"]] == ["change_forgotten"]
    assert office.change(case["id"], metadata={"b": 2})["metadata"] == {"b": 2}
    assert office.ask("GET", f"cases/{case['id']}/").json()["metadata"] == {"b": 2}


def test_a_token_that_outlives_its_end_says_the_usual_one_and_is_counted_from_then_on() -> None:
    strikes = Strikes(frozenset({"token_outlives"}))
    with deviating(Deviation(faults=(standing_fault("token_outlives"),), strikes=strikes)) as office:
        answer = office.token().json()
        assert answer["expires_in"] == 3600
        for seconds, count in ((3599, 0), (1, 1), (10**9, 2)):
            office.advance(seconds)
            assert office.ask("GET", "cases/", token=answer["access_token"]).status_code == 200
            assert strikes.count == count
