"""The recipes of docs/ci.md: read as their readers read them, and run as far as that goes without containers."""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from emulator.cli import COMMANDS
from emulator.delivery.targets import BlockedTarget, Targets
from emulator.setting_sources import read_settings
from emulator.settings import OTHER_VARIABLES, PREFIX, Settings
from tests.clean import ROOT, CleanMachine
from tests.commands import PLAIN_PYTEST, environment, run, serving
from tests.docs.pages import samples
from tests.emulators import Emulator, served
from tests.wire import request_bytes

PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
GITHUB, GITLAB, COMPOSE = ".github/workflows/test.yml", ".gitlab-ci.yml", "compose.yaml"
NOWHERE = Path("/nonexistent")


def recipes(file: str) -> list[dict[str, Any]]:
    """The YAML that is meant for that file."""
    found = [yaml.safe_load(text) for text in samples(PAGE, "yaml") if text.startswith(f"# {file}\n")]
    assert found, f"no recipe is meant for {file}"
    return found


def services() -> list[tuple[str, dict[str, Any], dict[str, str]]]:
    """Image, description and variables of every container that is an emulator."""
    github = recipes(GITHUB)[-1]["jobs"]["test"]["services"]["case-emulator"]
    [gitlab] = recipes(GITLAB)[0]["test"]["services"]
    compose = recipes(COMPOSE)[0]["services"]["case-emulator"]
    return [
        (github["image"], github, github["env"]),
        (gitlab["name"], gitlab, gitlab["variables"]),
        (compose["image"], compose, compose["environment"]),
    ]


def commands() -> list[str]:
    """What the jobs run in a shell."""
    steps = [step for recipe in recipes(GITHUB) for step in recipe["jobs"]["test"]["steps"]]
    found: list[str] = [step["run"] for step in steps if "run" in step]
    return list(dict.fromkeys([*found, *recipes(GITLAB)[0]["test"]["script"], *samples(PAGE, "sh")]))


def test_every_variable_of_the_emulator_s_is_one() -> None:
    known = OTHER_VARIABLES | {PREFIX + name.upper() for name in Settings.__dataclass_fields__}
    assert set(re.findall(rf"{PREFIX}[A-Z_]+", PAGE)) <= known


def test_every_port_is_the_default_one_and_every_image_the_same() -> None:
    assert set(re.findall(r"\b(86\d\d)\b", PAGE)) == {str(Settings().port)}
    assert {image for image, _, _ in services()} | set(re.findall(r'IMAGE, PORT = "(.*?)"', PAGE)) == {
        "ghcr.io/acme/case-emulator:latest"
    }


@pytest.mark.parametrize("number", range(3))
def test_a_container_with_these_variables_serves_without_a_token(number: int, tmp_path: Path) -> None:
    _, _, variables = services()[number]
    assert read_settings({}, variables, NOWHERE).host == "0.0.0.0"
    with serving(tmp_path, "--port", "0", "--port-file", "port", **variables):
        local = Emulator(f"http://127.0.0.1:{(tmp_path / 'port').read_text('utf-8').strip()}")
        assert local.http.get(f"{local.url}/_emulator/readyz").ok
        assert local.control("PATCH", "", {"delay": 0}).ok


@pytest.mark.parametrize("number", range(3))
def test_a_container_with_these_variables_may_call_the_job_back(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings({}, services()[number][2], NOWHERE)
    # What a container is told when it asks for such a name.
    told = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("172.17.0.1", 3000))]
    monkeypatch.setattr("emulator.delivery.targets.socket.getaddrinfo", lambda *_, **__: told)
    [name] = settings.allow_target
    with pytest.raises(BlockedTarget):
        Targets(frozenset(), public=True).find(f"http://{name}:3000/")
    allowed = Targets(frozenset(settings.allow_target), public=True)
    assert allowed.find(settings.webhook_url or f"http://{name}:3000/").addresses == ("172.17.0.1",)


def test_names_of_services_are_answered_to() -> None:
    named = {
        recipes(GITHUB)[-1]["jobs"]["test"]["env"]["CASE_EMULATOR_URL"],
        recipes(GITLAB)[0]["test"]["variables"]["CASE_EMULATOR_URL"],
        recipes(COMPOSE)[0]["services"]["app"]["environment"]["APLYID_BASE_URL"],
    }
    assert named == {"http://127.0.0.1:8642", "http://case-emulator:8642"}
    with served() as emulator:
        for url in named:
            asked = request_bytes("GET", "/_emulator/readyz", {"Host": url.removeprefix("http://")})
            assert emulator.raw(asked).status == 200
    assert recipes(GITLAB)[0]["test"]["services"][0]["alias"] == "case-emulator"


def test_the_job_is_called_back_by_the_name_that_is_allowed() -> None:
    github, gitlab = recipes(GITHUB)[-1]["jobs"]["test"], recipes(GITLAB)[0]["test"]
    allowed = [variables[f"{PREFIX}ALLOW_TARGET"] for _, _, variables in services()]
    assert allowed == [github["env"]["WEBHOOK_HOST"], gitlab["variables"]["WEBHOOK_HOST"], "app"]
    assert f"{allowed[0]}:host-gateway" in services()[0][1]["options"]
    assert "app" in recipes(COMPOSE)[0]["services"]


def test_the_jobs_install_what_is_there_and_run_what_works(machine: CleanMachine, needs: Callable[[str], str]) -> None:
    needs("curl")
    install, *others = commands()
    assert install == "pip install ./case-emulator '.[test]'"  # our clone, and the project with what its tests need
    assert (machine.project / "case-emulator" / "setup.cfg").is_file()
    assert "test = [" in (machine.project / "pyproject.toml").read_text("utf-8")
    known = {"pytest": True, "case-emulator run ": "run" in COMMANDS, "git clone ": False, "curl ": True}
    with served() as emulator:
        for command in others:
            [is_run] = [runs for start, runs in known.items() if command.startswith(start)]
            if is_run:
                url = {"CASE_EMULATOR_URL": emulator.url} if command.startswith("curl ") else {}
                machine.run(command.replace("-n 8", "-n 2"), **url)


def test_the_health_of_the_container_is_asked_by_a_command_of_ours() -> None:
    program, *command = services()[2][1]["healthcheck"]["test"][1:]
    assert program == "case-emulator"
    if "healthcheck" in COMMANDS:
        subprocess.run([sys.executable, "-m", "emulator", *command, "--help"], check=True, capture_output=True)


def test_the_unittest_passes(tmp_path: Path) -> None:
    [code] = [text for text in samples(PAGE, "python") if "unittest" in text]
    (tmp_path / "test_onboarding.py").write_text(code, "utf-8")
    with served(delay=2) as emulator:
        command = [sys.executable, "-W", "error", "-m", "unittest", "discover", "-s", str(tmp_path)]
        env = environment(CASE_EMULATOR_URL=emulator.url)
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, cwd=ROOT, timeout=60)
    assert "\nOK\n" in done.stderr, done.stderr
    assert "Ran 1 test" in done.stderr


FAKE_DOCKER = """
    import json

    from testcontainers.core import container

    class Docker:
        '''Starts nothing; what would be started is written down.'''

        def __init__(self, **_):
            pass

    def start(self):
        assert list(self.ports) == ["8642"], self.ports
        assert self._wait_strategy._path == "/_emulator/readyz"
        with open("environment", "w") as file:
            json.dump(dict(self.env), file)
        return self

    container.DockerClient = Docker
    container.DockerContainer.start = start
    container.DockerContainer.stop = lambda self, *_, **__: None
    container.DockerContainer.get_container_host_ip = lambda self: "{host}"
    container.DockerContainer.get_exposed_port = lambda self, port: {port}
"""


def test_the_fixture_for_testcontainers_gives_every_test_its_sandbox(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    [code] = [text for text in samples(PAGE, "python") if "testcontainers" in text]
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{pytester.path}")
    pytester.makeconftest(code)
    pytester.makepyfile("def test_one(sandbox):\n    assert sandbox.aplyid.create_case()['case_id'] == 1024\n")
    with served() as emulator:
        pytester.makepyfile(fake_docker=FAKE_DOCKER.format(host="127.0.0.1", port=emulator.port))
        done = pytester.runpytest_subprocess("-p", "fake_docker", *PLAIN_PYTEST, timeout=60)
    done.assert_outcomes(passed=1)
    told = json.loads((pytester.path / "environment").read_text("utf-8"))
    assert read_settings({}, told, NOWHERE).allow_target == ("host.docker.internal",)


def test_the_test_in_node_passes(tmp_path: Path, needs: Callable[[str], str]) -> None:
    node = needs("node")
    [script] = samples(PAGE, "js")
    (tmp_path / "denied.test.mjs").write_text(script, "utf-8")
    done = run(tmp_path, "run", "--", node, "--test", str(tmp_path))
    assert (done.returncode, "# pass 1" in done.stdout, "# fail 0" in done.stdout) == (0, True, True), done.stdout
