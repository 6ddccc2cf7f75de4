"""`case-emulator sample`: requests with made-up people."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from emulator.app import PROVIDERS
from emulator.core.randomness import SeededRandom, ordinary
from emulator.core.surnames import MAGIC_SURNAMES
from emulator.web.provider import Provider
from tests.commands import run, run_here
from tests.emulators import Emulator

SEEDS = range(300)
NAMES = [provider.name for provider in PROVIDERS]


@pytest.fixture(params=PROVIDERS, ids=NAMES)
def provider(request: pytest.FixtureRequest) -> Provider:
    """Each provider in turn."""
    found: Provider = request.param
    return found


def bodies(provider: Provider) -> list[Any]:
    return [provider.samples.draw(SeededRandom(seed, "", "sample"), "any").body for seed in SEEDS]


def printed(*arguments: str) -> str:
    done = run_here(Path("/"), "sample", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.slow
def test_any_seed_draws_a_request_that_is_taken_without_advice(emulator: Emulator, provider: Provider) -> None:
    for seed in SEEDS:
        sample = provider.samples.draw(SeededRandom(seed, "", "sample"), emulator.sandbox)
        answer = emulator.http.request(
            sample.method, emulator.url + sample.path, json=sample.body, headers=sample.headers
        )
        assert (answer.status_code, answer.headers.get("X-Emulator-Advice")) == (201, None), (seed, answer.text)


def test_another_seed_draws_another_person(provider: Provider) -> None:
    assert len({json.dumps(body.get("client") or body["customer"]) for body in bodies(provider)}) == len(SEEDS)


def test_no_name_drawn_decides_how_a_case_ends(provider: Provider) -> None:
    for body in bodies(provider):
        name = body["client"]["name"] if "client" in body else next(iter(body["customer"].values()))
        assert name.split()[-1].lower() not in MAGIC_SURNAMES


@pytest.mark.parametrize("surname", [*MAGIC_SURNAMES, "DENIED", "van Stuck", "N" * 60])
def test_a_name_that_would_is_drawn_again(surname: str) -> None:
    draws = iter([("John", surname), ("John", "Doe")])
    assert ordinary(lambda: next(draws)) == ("John", "Doe")


@pytest.mark.slow
@pytest.mark.parametrize("form", ["curl", "python", "json"])
@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_prints_the_same_bytes(name: str, form: str) -> None:
    first = printed(name, "--seed", "7", "--as", form)
    assert first == run(Path("/"), "sample", name, "--seed", "7", "--as", form).stdout, "in another process"
    assert first != printed(name, "--seed", "8", "--as", form)
    assert first.isascii()


@pytest.mark.parametrize("name", NAMES)
def test_the_bare_body_is_the_body_of_the_whole_request(name: str, emulator: Emulator) -> None:
    whole = json.loads(printed(name, "--json", "--sandbox", emulator.sandbox, "--url", emulator.url))
    assert list(whole) == ["method", "url", "headers", "body"]
    assert json.loads(printed(name, "--as", "json")) == whole["body"]
    answer = emulator.http.request(whole["method"], whole["url"], headers=whole["headers"], json=whole["body"])
    assert answer.status_code == 201


@pytest.mark.parametrize("operation", ["start", "add_check", "create_customer", "upload_document"])
def test_what_stands_around_a_case_is_printed_and_taken(emulator: Emulator, operation: str) -> None:
    case = str(emulator.sphinxhq.open_case()["id"])
    where = ["--json", "--sandbox", emulator.sandbox, "--url", emulator.url]
    whole = json.loads(printed("sphinxhq", "--operation", operation, "--case", case, *where))
    answer = emulator.http.request(whole["method"], whole["url"], headers=whole["headers"], json=whole["body"])
    assert answer.status_code in (200, 201), answer.text


@pytest.mark.parametrize("name", NAMES)
def test_the_curl_command_works_when_pasted(name: str, emulator: Emulator, needs: Callable[[str], str]) -> None:
    needs("curl")
    command = printed(name, "--sandbox", emulator.sandbox, "--url", emulator.url)
    done = subprocess.run(["sh", "-ec", f"{command.rstrip()} -sS --fail"], capture_output=True, check=True)
    assert {"case_id", "id"} & json.loads(done.stdout).keys()


@pytest.mark.parametrize("name", NAMES)
def test_the_python_program_runs(name: str, emulator: Emulator) -> None:
    program = printed(name, "--as", "python", "--sandbox", emulator.sandbox, "--url", emulator.url)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("201 {")


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (["aplid"], "aplyid, sphinxhq"),
        (["aplyid", "--seed", "-1"], "a whole number from 0"),
        (["aplyid", "--seed", "x"], "a whole number from 0"),
        (["aplyid", "--as", "xml"], "curl"),
        (["aplyid", "--current"], "this API speaks one generation only"),
        (["aplyid", "--operation", "add_check"], "there is no sample of add_check; known are create_case"),
        (["sphinxhq", "--operation", "start", "--case", "0"], "x>=1"),
        (["aplyid", "--as", "json", "--json"], "choose one of the two"),
        (["aplyid", "--sandbox", "A B"], "a-z 0-9 - _"),
        (["aplyid", "--url", "nowhere"], "a URL like"),
        ([], "PROVIDER"),
    ],
)
def test_wrong_usage_says_what_is_needed(arguments: list[str], needed: str) -> None:
    done = run_here(Path("/"), "sample", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert needed in done.stderr


def test_the_help_names_every_provider() -> None:
    assert all(name in printed("--help") for name in NAMES)
