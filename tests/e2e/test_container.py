"""The image, taken step by step without an engine, and what compose.yaml and docs/container.md say."""

import re
import shlex
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from emulator.cli import main
from emulator.commands.setting_flags import given
from emulator.delivery.targets import BlockedTarget, Targets
from emulator.setting_sources import read_settings
from emulator.settings import PREFIX, Settings
from emulator.wiring import targets_of
from tests.clean import ROOT
from tests.e2e.dockerfile import Stage, build, contents, instructions, packages
from tests.emulators import Emulator
from tests.receivers import free_port

PAGE = (ROOT / "docs" / "container.md").read_text("utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text("utf-8")
MOUNTS = ("/data", "/etc/case-emulator/init", "/tmp")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """The last stage, built once for all tests."""
    return build(tmp_path_factory.mktemp("image"))


@contextmanager
def container(image: Stage, *flags: str, **variables: str) -> Iterator[tuple["subprocess.Popen[str]", Emulator]]:
    """What `docker run image FLAGS` starts, ready."""
    popen = subprocess.Popen(
        [*image.entrypoint, *(flags or image.cmd)],
        cwd=image.place("."),
        env=image.environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert popen.stdout
        line = popen.stdout.readline()
        assert line.startswith("Ready "), popen.stderr and popen.stderr.read()
        yield popen, Emulator(line.split()[1])
    finally:
        popen.kill()
        popen.communicate()


def is_healthy(image: Stage, **variables: str) -> bool:
    command = image.healthcheck
    return (
        subprocess.run(command, env=image.environment(**variables), stderr=subprocess.DEVNULL, check=False).returncode
        == 0
    )


def test_it_starts_serves_is_healthy_and_ends_when_asked(image: Stage) -> None:
    port = {"CASE_EMULATOR_PORT": str(free_port())}
    assert not is_healthy(image, **port)
    with container(image, "--delay", "0", **port) as (popen, emulator):
        assert is_healthy(image, **port)
        assert emulator.aplyid.open_case()["case_id"] == 1024
        assert emulator.wait("inbox/wait")["count"] == 1
        popen.terminate()
        _, err = popen.communicate(timeout=30)
    assert (popen.returncode, "Traceback" in err) == (0, False)


def test_it_writes_nothing_but_what_it_is_told_to_keep(image: Stage) -> None:
    before = contents(image.root), contents(image.python)
    with container(image, "--port", "0", "--delay", "0") as (_, emulator):
        for provider in (emulator.aplyid, emulator.sphinxhq):
            provider.open_case()
        emulator.wait("inbox/wait")
    assert (contents(image.root), contents(image.python)) == before
    database = f"sqlite:///{image.place('/data/cases.sqlite')}"
    for number in (1024, 1025):
        with container(image, "--port", "0", "--database", database) as (popen, emulator):
            assert emulator.aplyid.open_case()["case_id"] == number
            popen.terminate()
            popen.communicate(timeout=30)
    assert contents(image.root) - before[0] == {"data/cases.sqlite"}


def test_it_begins_with_what_is_mounted(image: Stage) -> None:
    [example] = re.findall(r"^```yaml\n(rules:.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    rules = image.place("/etc/case-emulator/init/rules.yaml")
    rules.write_text(example, "utf-8")
    try:
        with container(image, "--port", "0") as (_, emulator):
            assert emulator.control("GET", "outcomes").json()["common_rules"]
    finally:
        rules.unlink()


def test_it_holds_what_is_installed_in_bytecode_and_no_tools(image: Stage) -> None:
    assert contents(image.root) <= {"data/cases.sqlite"}
    ours = packages(image) / "emulator"
    sources = {path.relative_to(ours).with_suffix("") for path in ours.rglob("*.py")}
    compiled = {path.parent.parent.relative_to(ours) / path.name.split(".")[0] for path in ours.rglob("*.pyc")}
    assert sources
    assert sources == compiled
    names = {path.name.partition("-")[0] for path in packages(image).glob("*.dist-info")}
    assert {"case_emulator", "flask"} <= names
    assert not names & {"wheel", "pytest", "mypy", "ruff"}


def test_it_is_described_as_promised(image: Stage) -> None:
    assert re.fullmatch(r"python:3\.\d+-slim", image.base)
    assert all(number.isdecimal() and int(number) > 999 for number in image.user.split(":"))
    assert image.exposed == ["8642"] == [str(Settings().port)]
    assert image.variables["PYTHONDONTWRITEBYTECODE"] == "1"
    assert {name.rpartition(".")[2] for name in image.labels} == {"title", "description", "licenses"}
    ours = {name: value for name, value in image.variables.items() if name.startswith(PREFIX)}
    settings = read_settings({}, ours, Path("/nonexistent"))
    assert (settings.host, settings.insecure_no_token) == ("0.0.0.0", True)
    steps = [given for word, given in instructions() if word == "RUN"]
    assert not [step for step in steps if re.search(r"(^|\s)/", step)], "absolute paths are not those of the test"


def test_the_folder_of_the_database_may_be_written_by_its_user_and_by_any_number_in_group_0(image: Stage) -> None:
    user, group = image.owners["/data"].split(":")
    assert (user, group) == (image.user.partition(":")[0], "0")
    mode = image.place("/data").stat().st_mode
    assert mode & stat.S_IRWXU == stat.S_IRWXU
    assert mode & stat.S_IRWXG == stat.S_IRWXG
    assert mode & stat.S_ISGID, "what is made there belongs to group 0, whoever makes it"
    assert not mode & stat.S_IWOTH


def service(text: str = COMPOSE) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(text)
    [found] = document["services"].values()
    assert isinstance(found, dict)
    return found


def test_compose_publishes_to_this_machine_only_and_lets_the_container_change_nothing() -> None:
    found = service()
    assert found["ports"] == ["127.0.0.1:8642:8642"]
    assert found["extra_hosts"] == ["host.docker.internal:host-gateway"]
    assert found["pull_policy"] == "build", "no registry is asked for what is built here"
    assert found["read_only"] is True
    assert found["tmpfs"] == ["/tmp"]
    assert "healthcheck" not in found  # the image's own
    assert "user" not in found
    assert "privileged" not in found


def chosen() -> dict[str, Any]:
    """compose.yaml with every choice taken: each commented line that reads like YAML."""
    return service(
        re.sub(r"^(\s*)# ((  )*(CASE_EMULATOR_\w+:|volumes:|cases:|- [.\w]).*)$", r"\1\2", COMPOSE, flags=re.M)
    )


def test_every_choice_of_compose_is_one() -> None:
    found = chosen()
    assert len(found["environment"]) == len(service()["environment"]) + 3
    assert [mount.split(":")[1] for mount in found["volumes"]] == ["/data", "/etc/case-emulator/init"]
    assert read_settings({}, found["environment"], Path("/nonexistent")).database == Path("/data/cases.sqlite")


@pytest.mark.parametrize("variable", ["CASE_EMULATOR_WEBHOOK_URL", "CASE_EMULATOR_ALLOW_TARGET"])
def test_one_setting_of_compose_lets_webhooks_reach_the_host(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("emulator.delivery.targets.look_up", lambda *_: [ip_address("172.17.0.1")])
    choices, public = chosen()["environment"], {"CASE_EMULATOR_HOST": "0.0.0.0"}
    url = choices["CASE_EMULATOR_WEBHOOK_URL"]
    with pytest.raises(BlockedTarget, match=r"--allow-target host\.docker\.internal"):
        targets(public).find(url)
    assert targets({**public, variable: choices[variable]}).find(url).addresses == ("172.17.0.1",)


def targets(environ: dict[str, str]) -> Targets:
    """Where webhooks may go in a container with these variables."""
    return targets_of(
        read_settings({}, environ, Path("/nonexistent")), "http://127.0.0.1:8642", "http://localhost:8642"
    )


def documented() -> list[list[str]]:
    """Every docker command of the page, in words."""
    script = "\n".join(re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)).replace("\\\n", " ")
    return [shlex.split(line, comments=True) for line in script.splitlines() if line.startswith("docker ")]


def test_the_page_has_commands() -> None:
    assert {words[1] for words in documented()} == {"build", "run", "exec"}


@pytest.mark.parametrize("words", documented(), ids=" ".join)
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
