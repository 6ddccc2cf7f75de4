"""`reset`, `advance` and `deliveries`, which ask a running emulator."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.commands import run_here
from tests.emulators import Emulator, served
from tests.receivers import free_port, receiving, status

HOSTILE = "\x1b[2J\x1b]0;gone\x07[red]order[/red]\x9b31m:smile:\u202eabc\x7f"
SHOWN = r"\x1b[2J\x1b]0;gone\x07[red]order[/red]\x9b31m:smile:\u202eabc\x7f"
COMMANDS = (["reset"], ["advance", "1"], ["deliveries"])


def ask(emulator: Emulator, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """The command, asking that emulator about that sandbox."""
    command, *rest = arguments
    return run_here(
        Path("/"), command, "--sandbox", emulator.sandbox, *rest, CASE_EMULATOR_URL=emulator.url, **variables
    )


def told(emulator: Emulator, *arguments: str, **variables: str) -> str:
    """What it prints when all is well."""
    done = ask(emulator, *arguments, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_reset_leaves_an_empty_sandbox(emulator: Emulator) -> None:
    emulator.aplyid.open_case()
    assert told(emulator, "reset") == f"The sandbox {emulator.sandbox} is empty, as on first use.\n"
    assert emulator.aplyid.open_case()["case_id"] == 1024


def test_advance_says_what_happened(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"delay": 3600})
    emulator.aplyid.open_case()
    assert "nothing happened" in told(emulator, "advance", "0")
    printed = told(emulator, "advance", "1h")
    assert "3 things happened" in printed
    assert "approved, by the rule default" in printed
    assert [webhook["state"] for webhook in emulator.inbox()] == ["inbox"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        *(("90", 90), ("1.5", 1.5), ("90s", 90), ("30m", 1800), ("1h30m", 5400), ("2d", 172_800), ("1w", 604_800)),
        *(("PT1H", 3600), ("P30D", 2_592_000)),
    ],
)
def test_a_duration_may_be_written_as_people_do(emulator: Emulator, duration: str, seconds: float) -> None:
    emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2030-01-01T00:00:00Z"})
    emulator.control("POST", "clock/advance", {"seconds": seconds})
    expected = emulator.control("GET", "clock").json()["now"]
    emulator.control("POST", "reset", {})
    emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2030-01-01T00:00:00Z"})
    assert json.loads(told(emulator, "advance", duration, "--json"))["now"] == expected


@pytest.mark.parametrize("duration", ["", "soon", "5x", "1h 30m", "h", "nan", "9" * 400, "\u0663"])
def test_what_is_no_duration_is_wrong_usage(emulator: Emulator, duration: str) -> None:
    done = ask(emulator, "advance", duration)
    assert (done.returncode, "PT1H" in done.stderr, done.stdout) == (2, True, "")


def test_a_duration_the_emulator_refuses_is_a_failure(emulator: Emulator) -> None:
    done = ask(emulator, "advance", "P1X", "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "ISO 8601 is needed" in done.stderr


def test_deliveries_shows_what_came_of_each(emulator: Emulator) -> None:
    with receiving(status(500)) as receiver:
        emulator.control("PATCH", "", {"webhook_url": receiver.url, "retry": "once"})
        emulator.aplyid.open_case(activity__external_id="order-77")
        receiver.next()
        told(emulator, "advance", "1h")
    printed = told(emulator, "deliveries")
    for part in ("aplyid 1024", "order-77", "case.completed", "failed", "the receiver answered 500"):
        assert part in printed


def test_deliveries_are_chosen_as_the_control_api_does(emulator: Emulator) -> None:
    emulator.aplyid.open_case(activity__external_id="a")
    emulator.sphinxhq.open_case()
    told(emulator, "advance", "1")

    def count(*flags: str) -> int:
        return int(json.loads(told(emulator, "deliveries", "--json", *flags))["count"])

    assert count() == 2
    assert count("--external-id", "a") == count("--case-id", "1024") == count("--provider", "sphinxhq") == 1
    assert count("--state", "inbox", "--event", "case.completed", "--provider", "aplyid") == 1
    assert count("--state", "failed") == 0
    assert "No such webhook" in told(emulator, "deliveries", "--state", "failed")


def test_json_is_the_answer_of_the_control_api(emulator: Emulator) -> None:
    emulator.aplyid.open_case(activity__external_id=HOSTILE)
    told(emulator, "advance", "1")
    printed = told(emulator, "deliveries", "--json")
    assert json.loads(printed) == emulator.control("GET", "deliveries").json()
    assert all(line.isprintable() for line in printed.splitlines())
    assert json.loads(told(emulator, "reset", "--json"))["used"] is False


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("columns", ["40", "300"])
def test_what_a_request_brought_does_not_steer_the_terminal(emulator: Emulator, columns: str, encoding: str) -> None:
    emulator.aplyid.open_case(activity__external_id=HOSTILE)
    told(emulator, "advance", "1")
    printed = told(emulator, "deliveries", COLUMNS=columns, PYTHONIOENCODING=encoding)
    assert SHOWN in printed
    assert all(line.isprintable() for line in printed.splitlines())


def test_a_narrow_terminal_gets_a_line_for_each_value(emulator: Emulator) -> None:
    emulator.aplyid.open_case(activity__external_id="order-9281")
    told(emulator, "advance", "1")
    lines = told(emulator, "deliveries", COLUMNS="40").splitlines()
    assert {"case: aplyid 1024", "external id: order-9281", "state: inbox"} <= set(lines)


def test_colors_are_for_terminals_that_want_them(emulator: Emulator) -> None:
    emulator.aplyid.open_case()
    told(emulator, "advance", "1")
    assert "\x1b" not in told(emulator, "deliveries")
    assert "\x1b[33m" in told(emulator, "deliveries", FORCE_COLOR="1", TERM="xterm")
    assert "\x1b[33m" not in told(emulator, "deliveries", FORCE_COLOR="1", TERM="xterm", NO_COLOR="1")


@pytest.mark.parametrize("command", COMMANDS)
def test_where_nothing_answers_it_says_how_to_start_one(tmp_path: Path, command: list[str]) -> None:
    done = run_here(tmp_path, *command, "--url", f"http://127.0.0.1:{free_port()}", "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "case-emulator serve" in done.stderr
    assert "--url" in done.stderr


def test_what_is_no_emulator_is_told_from_one(tmp_path: Path) -> None:
    with receiving() as receiver:
        done = run_here(tmp_path, "reset", "--url", receiver.url)
    assert (done.returncode, "is no case-emulator" in done.stderr) == (1, True)


@pytest.mark.parametrize("url", ["localhost:8642", "ftp://localhost/", "http://", "http://user:secret@localhost/"])
def test_what_is_no_url_is_wrong_usage(tmp_path: Path, url: str) -> None:
    by_flag = run_here(tmp_path, "reset", "--url", url)
    by_variable = run_here(tmp_path, "reset", CASE_EMULATOR_URL=url)
    assert [(done.returncode, "secret" in done.stderr) for done in (by_flag, by_variable)] == [(2, False)] * 2
    assert "CASE_EMULATOR_URL" in by_variable.stderr


@pytest.mark.parametrize("name", ["No Such", "../x", "..", "", "a" * 65, "expired"])
def test_what_is_no_sandbox_name_is_wrong_usage(tmp_path: Path, name: str) -> None:
    done = run_here(tmp_path, "reset", "--sandbox", name)
    assert (done.returncode, "a-z 0-9 - _" in done.stderr) == (2, True)


def test_what_the_emulator_refuses_is_told_in_its_words(emulator: Emulator) -> None:
    done = ask(emulator, "deliveries", "--state", "gone", "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Must be one of: scheduled" in done.stderr


@pytest.mark.parametrize("command", [("advance", "1"), ("deliveries",), ("reset",)], ids=lambda command: command[0])
def test_whoever_has_no_token_is_told_which_option_and_variable_give_it(tmp_path: Path, command: list[str]) -> None:
    with served(control_token="a-secret-of-some-length") as emulator:
        done = run_here(tmp_path, *command, "--url", emulator.url)
        wrong = run_here(tmp_path, *command, "--url", emulator.url, CASE_EMULATOR_CONTROL_TOKEN="another")
    assert (done.returncode, wrong.returncode) == (1, 1)
    assert "asks for its control token: --control-token or CASE_EMULATOR_CONTROL_TOKEN gives it" in done.stderr
    assert "this is not the control token: --control-token or CASE_EMULATOR_CONTROL_TOKEN gives it" in wrong.stderr


def test_the_token_is_sent_and_one_that_cannot_be_is_wrong_usage(emulator: Emulator) -> None:
    assert told(emulator, "reset", "--control-token", "secret")
    assert told(emulator, "reset", CASE_EMULATOR_CONTROL_TOKEN="secret")
    done = ask(emulator, "reset", "--control-token", "a\nb")
    assert (done.returncode, "--control-token" in done.stderr) == (2, True)
