"""`case-emulator serve --tls`, as a process, and the clients that verify it."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.commands import environment, run, serving
from tests.emulators import CREATE_CASE
from tests.receivers import PATIENCE, receiving

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
FLAGS = ("--tls", "--tls-ca-file", "ca.pem", "--port", "0", "--delay", "0")
NODE = """
const [, url, body] = process.argv;
const headers = {"Content-Type": "application/json", "X-Workflow-Access-Key": "test_default"};
const created = await fetch(`${url}/integrations/core/cases`, {method: "POST", headers, body});
console.log(created.status, JSON.stringify(await created.json()));
"""


def section(name: str) -> list[str]:
    """The commands in that section of the page about settings."""
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    text = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    return re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def shell(block: str, folder: Path, port: int) -> str:
    """What the commands of the page print, asking that port."""
    command = folder / "case-emulator"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m emulator "$@"\n', "utf-8")
    command.chmod(0o755)
    path = os.pathsep.join((str(folder), str(Path(sys.executable).parent), os.environ["PATH"]))
    script = ["sh", "-ec", block.replace(":8642", f":{port}").replace("curl ", "curl -sS ")]
    done = subprocess.run(script, cwd=folder, env=environment(PATH=path), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_requests_sees_a_case_through_to_its_webhook(tmp_path: Path) -> None:
    with receiving() as receiver, serving(tmp_path, *FLAGS, "--webhook-url", receiver.url) as process:
        assert process.ready_line == f"Ready {process.emulator.url}\n"
        assert process.emulator.url.startswith("https://127.0.0.1:")
        created = process.emulator.aplyid.open_case()
        webhook = receiver.next().json
        assert (webhook["case_id"], webhook["status"]) == (created["case_id"], "completed")
        assert created["case_url"].startswith(process.emulator.url)
        assert webhook["case_url"].startswith(process.emulator.url)
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(process.emulator.url, timeout=PATIENCE)
        code, out, err = process.ask_to_stop()
    assert (code, out) == (0, "")
    assert "Traceback" not in err
    assert "emulator.tls" not in err


def test_node_sees_a_case_through_to_its_webhook_and_refuses_whom_it_does_not_know(
    tmp_path: Path, needs: Callable[[str], str]
) -> None:
    node, body = needs("node"), json.dumps(CREATE_CASE["request"]["body"])
    with receiving() as receiver, serving(tmp_path, *FLAGS, "--webhook-url", receiver.url) as process:
        for name in ("127.0.0.1", "localhost"):
            url = process.emulator.url.replace("127.0.0.1", name)
            script = [node, "--input-type=module", "-e", NODE, url, body]
            trusting = environment(NODE_EXTRA_CA_CERTS=str(tmp_path / "ca.pem"), NODE_OPTIONS="")
            done = subprocess.run(script, env=trusting, capture_output=True, text=True, check=False, timeout=60)
            assert done.stdout.startswith("201 "), done.stderr
            assert receiver.next().json["case_id"] == json.loads(done.stdout[4:])["case_id"]
        refused = subprocess.run(script, env=environment(), capture_output=True, text=True, check=False, timeout=60)
        assert refused.returncode != 0
        assert "UNABLE_TO_VERIFY_LEAF_SIGNATURE" in refused.stderr
        assert receiver.nothing_came()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_frees_the_port_and_the_port_file_is_gone(tmp_path: Path, number: int) -> None:
    with serving(tmp_path, *FLAGS, "--port-file", "port.txt") as process:
        assert int((tmp_path / "port.txt").read_text()) == process.emulator.port
        port = process.emulator.port
        assert process.ask_to_stop(number)[0] == 0
    assert not (tmp_path / "port.txt").exists()
    with serving(tmp_path, *FLAGS[:3], "--port", str(port)) as again:
        assert again.emulator.aplyid.create().status_code == 201
        done = run(tmp_path, "serve", *FLAGS[:3], "--port", str(port))
        assert (done.returncode, "--port 0" in done.stderr) == (3, True)
        assert again.emulator.aplyid.create().status_code == 201


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (
            ["--tls", "--tls-ca-file", "no/where.pem"],
            "--tls-ca-file no/where.pem cannot be written: there is no folder no",
        ),
        (["--tls", "--tls-ca-file", "."], "--tls-ca-file is '.': a file is needed"),
        (["--tls-ca-file", "ca.pem"], "--tls-ca-file ca.pem is of use with --tls alone: give --tls as well"),
        (["--cors-origin", "*"], "name each origin"),
        (["--cors-origin", "http://localhost:3000/"], "did you mean http://localhost:3000?"),
    ],
)
def test_what_cannot_be_used_ends_with_2_and_says_why(tmp_path: Path, flags: list[str], told: str) -> None:
    done = run(tmp_path, "serve", "--port", "0", *flags)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "ca.pem").exists()
    found = run(tmp_path, "doctor", "--port", "0", *flags)
    assert (found.returncode, told in found.stdout) == (1, True)


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    missing = "trustme"
    (tmp_path / f"{missing}.py").write_text(f"raise ModuleNotFoundError('gone', name='{missing}')\n", "utf-8")
    path = os.pathsep.join((str(tmp_path), os.getcwd()))
    done = run(tmp_path, "serve", "--port", "0", "--tls", PYTHONPATH=path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "tls" in run(tmp_path, "doctor", "--tls", PYTHONPATH=path).stdout
    assert f"({missing}): pip install 'case-emulator[tls]' (from a clone: pip install '.[tls]')" in done.stderr
    with serving(tmp_path, "--port", "0", PYTHONPATH=path) as process:
        assert process.emulator.aplyid.create().status_code == 201


def test_a_plain_start_imports_nothing_of_tls() -> None:
    script = (
        "import sys; from emulator.running import RunningEmulator; from emulator.settings import Settings\n"
        "with RunningEmulator(Settings(port=0)): pass\n"
        "print([name for name in ('trustme', 'cryptography') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip().rpartition("\n")[2] == "[]"


def test_the_commands_about_https_do_what_the_page_says(tmp_path: Path, needs: Callable[[str], str]) -> None:
    needs("curl"), needs("node")
    serve, clients = section("HTTPS")
    flags = serve.split()[2:]
    with serving(tmp_path, *flags, "--port", "0") as process:
        told = shell(clients, tmp_path, process.emulator.port)
        untold = shell(
            f"! {clients.splitlines()[-1].partition(' --tls-ca-file')[0]} 2>&1", tmp_path, process.emulator.port
        )
        doctor = run(tmp_path, "doctor", *flags, "--port", str(process.emulator.port))
    assert told.count("200") == 2
    assert "no trusted connection" in untold
    assert f"an emulator answers at https://127.0.0.1:{process.emulator.port}" in doctor.stdout


def test_the_commands_about_cors_do_what_the_page_says(tmp_path: Path, needs: Callable[[str], str]) -> None:
    needs("curl")
    serve, asking = section("CORS")
    with serving(tmp_path, *serve.split()[2:], "--port", "0") as process:
        told = shell(asking, tmp_path, process.emulator.port)
    assert told.startswith("HTTP/1.1 204 No Content")
    assert "Access-Control-Allow-Origin: http://localhost:3000" in told


def test_the_pasted_requests_of_the_banner_work(tmp_path: Path, needs: Callable[[str], str]) -> None:
    needs("curl")
    for flags in (FLAGS, ("--tls", "--port", "0")):
        with serving(tmp_path, *flags) as process:
            _, _, err = process.ask_to_stop()
        pasted = [line.strip() for line in err.splitlines() if line.strip().startswith("curl ")]
        assert len(pasted) == 3
        assert all(("--cacert" if flags is FLAGS else "--insecure") in line for line in pasted)
