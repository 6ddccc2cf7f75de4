"""What the Dockerfile, compose.yaml and docs/container.md say, read without an engine; tests/image runs the image."""

import re
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import pytest

from emulator.cli import main
from emulator.commands.setting_flags import given
from emulator.delivery.targets import BlockedTarget, Targets
from emulator.setting_sources import read_settings
from emulator.settings import PREFIX, Settings
from emulator.target_settings import targets_of
from tests.clean import ROOT
from tests.image.engine import chosen_service, compose_service, documented_commands

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
MOUNTS = ("/data", "/etc/case-emulator/init", "/tmp")


def instruction(word: str) -> str:
    """Return what the last instruction of that word is given, on one line."""
    lines = re.sub(r"\\\n\s*", "", DOCKERFILE).splitlines()
    return [line.partition(" ")[2] for line in lines if line.startswith(word + " ")][-1]


def test_both_stages_are_of_the_python_that_the_argument_names() -> None:
    assert re.findall(r"^FROM (\S+)", DOCKERFILE, re.M) == ["${PYTHON_IMAGE}"] * 2
    assert re.search(r"^ARG PYTHON_IMAGE=python:3\.\d+-slim$", DOCKERFILE, re.M)


def test_the_image_serves_everybody_on_the_default_port_as_a_user_without_a_name() -> None:
    assert all(number.isdecimal() and int(number) > 999 for number in instruction("USER").split(":"))
    assert instruction("EXPOSE") == str(Settings().port)
    variables = dict(part.split("=", 1) for part in instruction("ENV").split())
    assert variables["PYTHONDONTWRITEBYTECODE"] == "1"
    ours = {name: value for name, value in variables.items() if name.startswith(PREFIX)}
    settings = read_settings({}, ours, Path("/nonexistent"))
    assert (settings.host, settings.insecure_no_token) == ("0.0.0.0", True)


def test_compose_publishes_to_this_machine_only_and_lets_the_container_change_nothing() -> None:
    found = compose_service()
    assert found["ports"] == ["127.0.0.1:8642:8642"]
    assert found["extra_hosts"] == ["host.docker.internal:host-gateway"]
    assert found["pull_policy"] == "build", "no registry is asked for what is built here"
    assert found["read_only"] is True
    assert found["tmpfs"] == ["/tmp"]
    assert "healthcheck" not in found  # the image's own
    assert "user" not in found
    assert "privileged" not in found


def test_every_choice_of_compose_is_one() -> None:
    found = chosen_service()
    assert len(found["environment"]) == len(compose_service()["environment"]) + 3
    assert [mount.split(":")[1] for mount in found["volumes"]] == ["/data", "/etc/case-emulator/init"]
    assert read_settings({}, found["environment"], Path("/nonexistent")).database == Path("/data/cases.sqlite")


@pytest.mark.parametrize("variable", ["CASE_EMULATOR_WEBHOOK_URL", "CASE_EMULATOR_ALLOW_TARGET"])
def test_one_setting_of_compose_lets_webhooks_reach_the_host(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emulator.delivery.targets.look_up", lambda *_: [ip_address("172.17.0.1")])
    choices, public = chosen_service()["environment"], {"CASE_EMULATOR_HOST": "0.0.0.0"}
    url = choices["CASE_EMULATOR_WEBHOOK_URL"]
    with pytest.raises(BlockedTarget, match=r"--allow-target host\.docker\.internal"):
        targets(public).find(url)
    assert targets({**public, variable: choices[variable]}).find(url).addresses == ("172.17.0.1",)


def targets(environ: dict[str, str]) -> Targets:
    """Where webhooks may go in a container with these variables."""
    return targets_of(
        read_settings({}, environ, Path("/nonexistent")), "http://127.0.0.1:8642", "http://localhost:8642"
    )


def test_the_page_has_commands() -> None:
    assert {words[1] for words in documented_commands()} == {"build", "run", "exec"}


@pytest.mark.parametrize("words", documented_commands(), ids=" ".join)
def test_every_command_of_the_page_makes_sense_to_us(words: list[str]) -> None:
    if words[1] == "run":
        check_run(words)
    if words[1] == "exec":
        check_ours(words[words.index("case-emulator", words.index("case-emulator") + 1) + 1 :])


def check_run(words: list[str]) -> None:
    """Flags after the image's name, variables and mounts before it."""
    place = len(words) - 1 - words[::-1].index("case-emulator")
    before, flags = words[:place], words[place + 1 :]
    environ = dict(after.split("=", 1) for word, after in pairwise(before) if word == "-e")
    context = check_ours(["serve", *flags])
    read_settings(flags_of(context), environ, Path("/nonexistent"))
    for word, after in pairwise(before):
        assert word != "-v" or after.split(":")[1] in MOUNTS
        assert word != "-p" or after.startswith("127.0.0.1:")


def flags_of(context: click.Context) -> dict[str, Any]:
    return given({name: value for name, value in context.params.items() if name not in ("config", "until_stdin_ends")})


def check_ours(words: list[str]) -> click.Context:
    """One of our commands with flags that it knows; raises UsageError."""
    command = main.get_command(click.Context(main), words[0])
    assert command, words
    return command.make_context(words[0], list(words[1:]), parent=click.Context(main, obj={}))
