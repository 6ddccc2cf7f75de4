"""`case-emulator serve`, as a process."""

import json
import os
import pty
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emulator.version import VERSION
from tests.commands import COMMAND, environment, run, serving
from tests.emulators import CREATE_CASE, served
from tests.receivers import receiving
from tests.waiting import PATIENCE
from tests.wire import read_answer


def test_it_says_ready_once_on_stdout_and_the_rest_on_stderr(tmp_path: Path) -> None:
    with serving(tmp_path, "--port", "0") as process:
        assert process.emulator.aplyid.create().status_code == 201
        code, out, err = process.ask_to_stop()
    assert process.ready_line == f"Ready {process.emulator.url}\n"
    assert (code, out) == (0, "")
    for told in ("/integrations/core/cases", "/api/cases/", "inbox", "temporary file", "Ctrl-C"):
        assert told in err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_frees_the_port(tmp_path: Path, number: int) -> None:
    with serving(tmp_path, "--port", "0") as process:
        port = process.emulator.port
        assert process.ask_to_stop(number)[0] == 0
        with serving(tmp_path, "--port", str(port)) as again:
            assert again.emulator.port == port


def test_a_sighup_removes_the_port_file_and_ends_with_0_as_sigterm_does(tmp_path: Path) -> None:
    with serving(tmp_path, "--port", "0", "--port-file", "port.txt") as process:
        assert process.ask_to_stop(signal.SIGHUP)[0] == 0
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_that_is_closed_ends_it_in_good_order(tmp_path: Path) -> None:
    variables = environment()
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(tmp_path)
        os.execve(sys.executable, [*COMMAND, "serve", "--port", "0", "--port-file", "port.txt"], variables)
    shown = b""
    while not (b"Ready http" in shown and shown.endswith(b"\n")):
        shown += os.read(terminal, 4096)
    assert (tmp_path / "port.txt").is_file()
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert list(tmp_path.iterdir()) == []


def test_under_nohup_it_goes_on_after_a_sighup_and_stops_at_a_sigterm(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # inherited by what is started
    try:
        with serving(tmp_path, "--port", "0") as process:
            process.popen.send_signal(signal.SIGHUP)
            assert process.emulator.aplyid.create().status_code == 201
            assert process.ask_to_stop()[0] == 0
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_request_under_way_is_answered_before_it_stops(tmp_path: Path, number: str) -> None:
    with serving(tmp_path, "--port", "0") as process, receiving() as receiver:
        body = json.dumps({"customer": {"full_name": "A"}, "webhook_url": receiver.url}).encode()
        head = (
            f"POST /api/cases/ HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid=test_a\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", process.emulator.port), 10) as line:
            line.sendall(head.encode() + body)
            process.popen.send_signal(getattr(signal, number))
            assert line.recv(65536).startswith(b"HTTP/1.1 201 Created")
        assert process.popen.wait(2 * PATIENCE) == 0


def test_a_taken_port_ends_with_3_and_says_what_to_change(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(tmp_path, "serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 3
    assert "--port 0" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--prot", "1"], "--port"),
        (["--port", "x"], "from 0 to 65535"),
        (["--port", "70000"], "from 0 to 65535"),
        (["--delay", "5m"], "seconds are needed"),
        (["--delay", "-1"], "seconds are needed"),
        (["--delay", "nan"], "seconds are needed"),
        (["--delay", "1e18"], "seconds are needed"),
        (["--retry", "often"], "standard, once"),
        (["--webhook-url", "localhost:3000"], "http://localhost:3000/webhooks"),
        (["--database", "mysql://x/y"], "only sqlite:///path"),
        (["--log-format", "xml"], "text or json"),
        (["--switch", "sphinxhq.unauthorised=403"], "did you mean sphinxhq.unauthorized?"),
        (["--switch", "sphinxhq.unauthorized=404"], "one of 401, 403"),
        (["--host", "203.0.113.1", "--insecure-no-token"], "--host"),
        (["--config", "nowhere.toml"], "nowhere.toml cannot be read"),
    ],
)
def test_a_bad_setting_ends_with_2_and_says_what_is_needed(tmp_path: Path, flags: list[str], told: str) -> None:
    done = run(tmp_path, "serve", *flags)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_variable_or_key_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    done = run(tmp_path, "serve", CASE_EMULATOR_DELY="1")
    assert (done.returncode, "did you mean CASE_EMULATOR_DELAY?" in done.stderr) == (2, True)
    (tmp_path / "case-emulator.toml").write_text("web-hook-url = 'http://localhost:1/'\n", "utf-8")
    done = run(tmp_path, "serve")
    assert (done.returncode, "did you mean webhook-url?" in done.stderr) == (2, True)


def test_a_flag_wins_over_a_variable_and_a_variable_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "case-emulator.toml").write_text("port = 1\nsession-id = ['from-file']\ndelay = 0\n", "utf-8")
    with serving(tmp_path, "--port", "0", CASE_EMULATOR_PORT="2", CASE_EMULATOR_ACCESS_KEY="one,two") as process:
        post = process.emulator.http.post
        url = process.emulator.url
        for key in ("one", "two"):
            answer = post(f"{url}/integrations/core/cases", json={}, headers={"X-Workflow-Access-Key": key})
            assert answer.status_code == 400
        assert post(f"{url}/api/cases/", json={}, cookies={"sessionid": "from-file"}).status_code == 400


def test_the_port_file_is_there_when_it_serves_and_gone_after(tmp_path: Path) -> None:
    with serving(tmp_path, "--port", "0", "--port-file", "port.txt") as process:
        assert int((tmp_path / "port.txt").read_text()) == process.emulator.port
        process.ask_to_stop()
    assert not (tmp_path / "port.txt").exists()


def test_with_json_every_line_is_one_from_the_start_to_the_end(tmp_path: Path) -> None:
    flags = (
        "--delay",
        "0",
        "--log-format",
        "json",
        "--database",
        "kept.sqlite",
        "--webhook-url",
        "http://127.0.0.1:1/x",
    )
    with serving(tmp_path, "--port", "0", *flags) as process:
        process.emulator.aplyid.open_case()
        code, out, err = process.ask_to_stop()
    emulator, logged = process.emulator, [json.loads(line) for line in err.splitlines()]
    assert (code, out) == (0, "")
    assert json.loads(process.ready_line) == {"message": "ready", "url": emulator.url, "port": emulator.port}
    assert (logged[0]["url"], logged[0]["port"], logged[0]["version"]) == (emulator.url, emulator.port, VERSION)
    assert logged[0]["database"].endswith("kept.sqlite")
    assert "http://127.0.0.1:1/x" in logged[0]["webhooks"]
    assert any("POST /integrations/core/cases 201" in line["message"] for line in logged)
    assert any(line["message"].startswith("stopping") for line in logged)
    assert all(datetime.fromisoformat(line["time"]).tzinfo == UTC for line in logged)


def test_with_json_a_start_that_is_refused_says_so_in_json(tmp_path: Path) -> None:
    for flags, code in (("--port-file", "no/where"), 2), (("--database", "sqlite:///no/where.sqlite"), 2):
        done = run(tmp_path, "serve", "--port", "0", "--log-format", "json", *flags)
        [line] = [json.loads(line) for line in done.stderr.splitlines()]
        assert (done.returncode, done.stdout, line["level"]) == (code, "", "error")


def test_the_banner_s_requests_work_when_pasted(tmp_path: Path, needs: Callable[[str], str]) -> None:
    needs("curl")
    with serving(tmp_path, "--port", "0", "--delay", "0") as process:
        banner = process.emulator.http.get(process.emulator.url).text
        pasted = [line.strip() for line in banner.splitlines() if line.strip().startswith("curl ")]
        answers = [subprocess.run(["sh", "-c", f"{p} -s"], capture_output=True, check=True).stdout for p in pasted]
        _, _, err = process.ask_to_stop()
    assert all(line in err for line in pasted)
    assert json.loads(answers[0])["case_id"] == CREATE_CASE["answer"]["body"]["case_id"]
    assert json.loads(answers[1])["id"] == 1
    assert "webhooks" in json.loads(answers[2])


def test_without_a_database_every_start_is_the_same_start(tmp_path: Path) -> None:
    flags = ("--port", "0", "--database", "sqlite:///kept.sqlite", "--ephemeral")
    for _ in range(2):
        with serving(tmp_path, *flags) as process:
            assert process.emulator.aplyid.open_case()["case_id"] == 1024
    assert not (tmp_path / "kept.sqlite").exists()


def test_a_second_process_on_the_same_database_is_refused(tmp_path: Path) -> None:
    flags = ("--port", "0", "--database", "sqlite:///kept.sqlite")
    with serving(tmp_path, *flags):
        done = run(tmp_path, "serve", *flags)
    assert (done.returncode, "another program uses" in done.stderr) == (2, True)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kept.sqlite").write_bytes(b"no database at all, but quite some text" * 50)
    done = run(tmp_path, "serve", "--port", "0", "--database", "kept.sqlite")
    assert (done.returncode, "is not a database of ours" in done.stderr) == (2, True)


def test_a_database_in_no_folder_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path, "serve", "--port", "0", "--database", "sqlite:///no/where.sqlite")
    assert (done.returncode, "is its folder there" in done.stderr) == (2, True)


@pytest.mark.parametrize("file", ["no/where", "."])
def test_a_port_file_that_cannot_be_written_is_refused_before_it_serves(tmp_path: Path, file: str) -> None:
    done = run(tmp_path, "serve", "--port", "0", "--port-file", file)
    assert (done.returncode, "--port-file" in done.stderr, "Traceback" in done.stderr) == (2, True, False)


@pytest.mark.parametrize("url", ["https://hooks.acme.com/x", "https://example.com/"])
def test_the_banner_says_so_when_webhooks_will_not_be_sent(tmp_path: Path, url: str) -> None:
    with serving(tmp_path, "--port", "0", "--webhook-url", url) as process:
        _, _, err = process.ask_to_stop()
    assert "are kept in the inbox, not sent" in err


def test_a_password_in_the_webhook_url_is_refused_and_not_shown(tmp_path: Path) -> None:
    done = run(tmp_path, "serve", "--webhook-url", "http://user:secret@localhost/")
    assert done.returncode == 2
    assert "without user and password" in done.stderr
    assert "secret" not in done.stderr


def test_repeated_sigterm_still_lets_it_drain(tmp_path: Path) -> None:
    with serving(tmp_path, "--port", "0", "--port-file", "port.txt") as process:
        process.popen.send_signal(signal.SIGTERM)
        code, _, _ = process.ask_to_stop(signal.SIGTERM)
    assert (code, (tmp_path / "port.txt").exists()) == (0, False)


SIGNALLED_AT_EVERY_MOMENT = """
import os, signal, threading, time
from emulator.commands.stopping import Stopping

def send():
    for _ in range(300):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.0001)

stopping = Stopping(None)
stopping.watch_signals()
sender = threading.Thread(target=send)
sender.start()
while sender.is_alive():
    stopping.ask()
    stopping.wait()
"""


def test_a_signal_may_come_while_another_is_seen_to() -> None:
    command = [sys.executable, "-c", SIGNALLED_AT_EVERY_MOMENT]
    assert subprocess.run(command, check=False, timeout=60).returncode == 0


def test_requests_that_were_sent_before_it_stopped_are_answered() -> None:
    with served() as emulator:
        lines = [socket.create_connection(("127.0.0.1", emulator.port), 10) for _ in range(100)]
        for line in lines:
            line.sendall(b"GET /api/cases/ HTTP/1.1\r\nHost: localhost\r\nCookie: sessionid=test_a\r\n\r\n")
    assert [read_answer(line).status for line in lines] == [200] * 100
    for line in lines:
        line.close()
