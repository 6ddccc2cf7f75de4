"""`case-emulator healthcheck`: is it ready?"""

import socket
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
import trustme

from tests.command_line.test_group import EXPENSIVE
from tests.commands import run_here, serving
from tests.emulators import Emulator
from tests.receivers import free_port, receiving


def test_an_emulator_that_serves_is_ready_and_nothing_is_said(tmp_path: Path, shared_emulator: Emulator) -> None:
    done = run_here(tmp_path, "healthcheck", "--url", shared_emulator.url)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert run_here(tmp_path, "healthcheck", CASE_EMULATOR_URL=shared_emulator.url).returncode == 0


def test_it_loads_nothing_that_costs_a_start(shared_emulator: Emulator) -> None:
    script = (
        "import sys, contextlib\n"
        "from emulator.cli import main\n"
        "with contextlib.suppress(SystemExit): main(['healthcheck', '--url', sys.argv[1]])\n"
        f"print(sorted(sys.modules.keys() & set({EXPENSIVE!r})))"
    )
    command = [sys.executable, "-c", script, shared_emulator.url]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost"])
def test_it_finds_the_server_by_the_server_s_own_variables(tmp_path: Path, host: str) -> None:
    variables = {
        "CASE_EMULATOR_HOST": host,
        "CASE_EMULATOR_PORT": str(free_port()),
        "CASE_EMULATOR_CONTROL_TOKEN": "a-secret-of-some-length",
    }
    assert run_here(tmp_path, "healthcheck", **variables).returncode == 1
    with serving(tmp_path, **variables):
        assert run_here(tmp_path, "healthcheck", **variables).returncode == 0


def test_it_finds_the_server_by_the_settings_file(tmp_path: Path, shared_emulator: Emulator) -> None:
    (tmp_path / "case-emulator.toml").write_text(f"port = {shared_emulator.port}\n", "utf-8")
    assert run_here(tmp_path, "healthcheck").returncode == 0
    (tmp_path / "case-emulator.toml").rename(tmp_path / "other.toml")
    assert run_here(tmp_path, "healthcheck", CASE_EMULATOR_CONFIG="other.toml").returncode == 0


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"CASE_EMULATOR_PORT": "0"}, "--url"),
        ({"CASE_EMULATOR_PORT": "x"}, "from 0 to 65535"),
        ({"CASE_EMULATOR_PROT": "1"}, "did you mean CASE_EMULATOR_PORT?"),
        ({"CASE_EMULATOR_URL": "localhost:8642"}, "a URL like"),
        ({"CASE_EMULATOR_URL": "http://localhost:x"}, "Port"),
    ],
)
def test_what_cannot_be_asked_is_not_ready(tmp_path: Path, variables: dict[str, str], told: str) -> None:
    done = run_here(tmp_path, "healthcheck", **variables)
    assert (done.returncode, done.stdout, told in done.stderr) == (1, "", True)
    assert "Traceback" not in done.stderr


def test_what_is_no_emulator_is_not_ready(tmp_path: Path) -> None:
    with receiving() as receiver:
        done = run_here(tmp_path, "healthcheck", "--url", receiver.url)
        assert (done.returncode, "is no case-emulator" in done.stderr) == (1, True)
        done = run_here(tmp_path, "healthcheck", "--url", receiver.url.replace("http:", "https:"))
        assert (done.returncode, "no emulator answers" in done.stderr) == (1, True)


def test_it_does_not_wait_for_ever(tmp_path: Path) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        done = run_here(
            tmp_path, "healthcheck", "--timeout", "0.2", "--url", f"http://127.0.0.1:{mute.getsockname()[1]}"
        )
    assert (done.returncode, "did not answer within 0.2 s" in done.stderr) == (1, True)


def test_another_answer_is_told(tmp_path: Path, shared_emulator: Emulator) -> None:
    done = run_here(tmp_path, "healthcheck", "--url", f"{shared_emulator.url}/elsewhere")
    assert (done.returncode, "404, nothing answers at this path" in done.stderr) == (1, True)


def test_a_certificate_is_not_judged(tmp_path: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("somebody.else").configure_cert(tls)
    with receiving(tls=tls) as receiver:
        done = run_here(tmp_path, "healthcheck", "--url", receiver.url)
    assert "is no case-emulator" in done.stderr


@pytest.mark.parametrize("seconds", ["0", "-1", "x", "nan"])
def test_a_time_that_is_none_is_wrong_usage(tmp_path: Path, seconds: str) -> None:
    assert run_here(tmp_path, "healthcheck", "--timeout", seconds).returncode == 2
