"""`case-emulator run`, as a process, with real commands."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.commands import COMMAND, environment, run
from tests.leaks import is_free, needs_proc, processes_of
from tests.receivers import free_port, receiving
from tests.waiting import PATIENCE, wait_until

pytestmark = pytest.mark.slow  # forty times a process that starts another

# Says that it runs, counts each SIGINT in a file, and ends with 40 + count when SIGTERM comes.
COUNTS = """
import pathlib, select, signal, sys
interrupts = []
def count(*_):
    interrupts.append(1)
    pathlib.Path("interrupts").write_text(str(len(interrupts)))
signal.signal(signal.SIGINT, count)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(40 + len(interrupts)))
pathlib.Path("runs").touch()
while True:
    select.select([], [], [], 0.1)  # not pause(): a signal just before it would be noticed after the next one
"""
TAKES_THE_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
WITHOUT_SIGINFO = "import signal; del signal.sigwaitinfo; from emulator.cli import main; main()"
COUNTING = (sys.executable, "-c", COUNTS)
PRINTS_URL = ("sh", "-c", "printf %s $CASE_EMULATOR_URL")
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")


@pytest.fixture(autouse=True)
def _no_signal_is_ignored() -> Iterator[None]:
    """As nohup would have it, which whoever starts the tests may use."""
    if sys.platform == "win32":
        yield
        return
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def _text(path: Path) -> str:
    """What stands in a file; nothing where there is none."""
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""


def port_of(url: str) -> int:
    return int(urlsplit(url).port or 0)


@contextmanager
def running(
    folder: Path, *arguments: str, before: tuple[str, ...] = (), **options: object
) -> Iterator[subprocess.Popen[str]]:
    """`run` with these arguments; killed at the end if it still runs."""
    command = [*before, *COMMAND, "run", *arguments]
    popen = subprocess.Popen(
        command,
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,  # type: ignore[call-overload]
    )
    try:
        yield popen
    finally:
        popen.kill()
        popen.wait()
        for pipe in (popen.stdout, popen.stderr):  # not read to its end: a command that was left behind may hold it
            if pipe:
                pipe.close()


@pytest.mark.parametrize("code", [0, 1, 2, 3, 77, 255])
def test_it_ends_with_the_code_of_the_command(tmp_path: Path, code: int) -> None:
    done = run(tmp_path, "run", "--", "sh", "-c", f"exit {code}")
    assert (done.returncode, done.stdout) == (code, "")
    assert ("shows" in done.stderr or "asked the emulator for nothing" in done.stderr) is (code not in (0, 255))


@posix
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_command_that_a_signal_ended_is_told_as_a_shell_tells_it(tmp_path: Path, number: signal.Signals) -> None:
    done = run(tmp_path, "run", "--", "sh", "-c", f"kill -{number.value} $$")
    assert (done.returncode, done.stdout, done.stderr) == (128 + number, "", "")


def test_a_command_that_cannot_be_started_is_told_from_one_that_fails(tmp_path: Path) -> None:
    (tmp_path / "no-program").write_text("hello", "utf-8")
    (tmp_path / "no-shebang").write_text("hello", "utf-8")
    (tmp_path / "no-interpreter").write_text("#!/no/where\n", "utf-8")
    for name in ("no-shebang", "no-interpreter"):
        (tmp_path / name).chmod(0o755)
    for name, code, told in (
        ("no-such-command", 127, "no-such-command is not found"),
        ("./no-program", 126, "chmod +x"),
        ("./no-shebang", 126, "first line"),
        ("./no-interpreter", 127, "the program its first line names is not there"),
    ):
        done = run(tmp_path, "run", "--", name)
        assert (done.returncode, done.stdout) == (code, "")
        assert told in done.stderr
        assert "Traceback" not in done.stderr


def test_the_command_s_input_and_outputs_are_its_own(tmp_path: Path) -> None:
    script = "cat; echo to-stderr >&2"
    done = subprocess.run(
        [*COMMAND, "run", "--", "sh", "-c", script],
        cwd=tmp_path,
        env=environment(),
        input="from stdin",
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("from stdin", "to-stderr\n")


def test_what_follows_the_command_is_the_command_s(tmp_path: Path) -> None:
    done = run(tmp_path, "run", "--delay", "0", "printf", "%s ", "--verbose", "--", "-x")
    assert done.stdout == "--verbose -- -x "


def test_the_variables_lead_curl_to_an_emulator_with_the_settings_of_the_flags(
    tmp_path: Path, needs: Callable[[str], str]
) -> None:
    needs("curl")
    script = """
        curl -sS -H "X-Workflow-Access-Key: $APLYID_ACCESS_KEY" -H 'Content-Type: application/json' \
          "$APLYID_BASE_URL/integrations/core/cases" \
          -d '{"activity": {"name": "A", "nature": "B", "external_id": "o-1"},
               "client": {"name": "C", "client_type": "company"}}'
        curl -sS "$CASE_EMULATOR_URL/_emulator/sandboxes/default/inbox/wait"
    """
    done = run(tmp_path, "run", "--delay", "0", "--", "sh", "-ec", script)
    assert (done.returncode, done.stderr) == (0, "")
    assert '"case_id":1024' in done.stdout
    assert "case.completed" in done.stdout


def test_the_variables_lead_python_to_the_same_emulator(tmp_path: Path) -> None:
    script = """
import os, requests
session = {"sessionid": os.environ["SPHINXHQ_SESSION_ID"]}
url = os.environ["SPHINXHQ_BASE_URL"] + "/api/cases/"
print(requests.post(url, json={"customer": {"full_name": "Mary"}}, cookies=session).json()["id"])
print(requests.get(url + "1/", cookies=session).status_code)
"""
    done = run(tmp_path, "run", "--", sys.executable, "-c", script)
    assert (done.returncode, done.stdout.split(), done.stderr) == (0, ["1", "200"], "")


def test_names_of_variables_can_be_chosen(tmp_path: Path) -> None:
    script = 'echo "$MY_URL $ALSO_MY_URL" "${APLYID_BASE_URL-unset}" "$SPHINXHQ_BASE_URL $KEY"'
    names = ("APLYID_BASE_URL=MY_URL", "APLYID_BASE_URL=ALSO_MY_URL", "APLYID_ACCESS_KEY=KEY")
    flags = [part for name in names for part in ("--name", name)]
    first, second, gone, kept, key = run(tmp_path, "run", *flags, "--", "sh", "-c", script).stdout.split()
    assert first == second == kept
    assert (gone, key) == ("unset", "test_default")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("APLYID_URL=X", "did you mean APLYID_BASE_URL?"),
        ("APLYID_BASE_URL", "APLYID_BASE_URL=MY_URL"),
        ("APLYID_BASE_URL=", "APLYID_BASE_URL=MY_URL"),
        ("APLYID_BASE_URL=a b", "APLYID_BASE_URL=MY_URL"),
        ("APLYID_BASE_URL=CASE_EMULATOR_X", "the emulator's own"),
    ],
)
def test_a_name_that_makes_no_sense_is_wrong_usage(tmp_path: Path, name: str, told: str) -> None:
    done = run(tmp_path, "run", "--name", name, "--", "touch", "ran")
    assert (done.returncode, done.stdout, told in done.stderr) == (2, "", True)
    assert not (tmp_path / "ran").exists()


def test_one_name_for_two_values_is_wrong_usage(tmp_path: Path) -> None:
    names = ("--name", "APLYID_BASE_URL=X", "--name", "APLYID_ACCESS_KEY=X")
    assert run(tmp_path, "run", *names, "--", "true").returncode == 2


def test_settings_that_are_meant_for_the_emulator_do_not_reach_the_command_s_own(tmp_path: Path) -> None:
    variables = {
        "CASE_EMULATOR_DATABASE": "sqlite:///kept.sqlite",
        "CASE_EMULATOR_PORT_FILE": "port.txt",
        "CASE_EMULATOR_CONTROL_TOKEN": "secret",
        "CASE_EMULATOR_URL": "http://127.0.0.1:1",
    }
    me = f"{sys.executable} -m emulator"
    script = f"{me} reset && {me} healthcheck && {me} run -- {me} reset && cat port.txt && env"
    done = run(tmp_path, "run", "--", "sh", "-ec", script, **variables)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("is empty, as on first use") == 2
    assert "CASE_EMULATOR_DATABASE" not in done.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.sqlite"]


def test_a_token_given_as_a_flag_reaches_the_command(tmp_path: Path) -> None:
    done = run(tmp_path, "run", "--control-token", "secret", "--", *COMMAND, "reset")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_log_goes_where_it_is_told_and_nowhere_else(tmp_path: Path) -> None:
    script = "import os, urllib.request as r; r.urlopen(os.environ['APLYID_BASE_URL'])"
    command = ("--", sys.executable, "-c", script)
    assert run(tmp_path, "run", *command).stderr == ""
    assert "GET / 200" in run(tmp_path, "run", "--verbose", *command).stderr
    for _ in range(2):
        assert run(tmp_path, "run", "--log-file", "log.txt", *command).stderr == ""
    assert (tmp_path / "log.txt").read_text("utf-8").count("GET / 200") == 2
    done = run(tmp_path, "run", "--log-file", "no/where", *command)
    assert (done.returncode, "--log-file" in done.stderr) == (2, True)


def test_a_failure_after_questions_says_where_to_see_them(tmp_path: Path) -> None:
    script = "import os, urllib.request as r; r.urlopen(os.environ['APLYID_BASE_URL'] + '/api/cases/')"
    done = run(tmp_path, "run", "--", sys.executable, "-c", script)
    assert done.stderr.splitlines()[-1].startswith("case-emulator: the command ended with 1; --verbose")
    verbose = run(tmp_path, "run", "-v", "--", sys.executable, "-c", script)
    assert "the command ended with" not in verbose.stderr
    assert "GET /api/cases/ 401" in verbose.stderr


def test_an_emulator_that_cannot_start_ends_it_before_the_command(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for code, flags in ((3, ("--port", port)), (2, ("--delay", "x")), (2, ("--database", "no/where.sqlite"))):
            done = run(tmp_path, "run", *flags, "--", "touch", "ran")
            assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (code, "", False)
    assert list(tmp_path.iterdir()) == []


def test_a_port_of_the_settings_is_taken_and_freed(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "mine.toml").write_text(f"port = {port}\n", "utf-8")
    for flags, variables in ((("--config", "mine.toml"), {}), ((), {"CASE_EMULATOR_CONFIG": "mine.toml"})):
        assert port_of(run(tmp_path, "run", *flags, "--", *PRINTS_URL, **variables).stdout) == port
    assert is_free(port)


def test_what_was_set_in_this_folder_for_another_emulator_is_left_alone(tmp_path: Path) -> None:
    files = {"port.txt": b"8642\n", "ca.pem": b"the authority of the other one\n"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with receiving() as receiver:
        (tmp_path / "case-emulator.toml").write_text(
            f'port = 1\nport-file = "port.txt"\nwebhook-url = "{receiver.url}"\ntls = true\ntls-ca-file = "ca.pem"\n'
            'control-token = "a-secret-of-some-length"\ndatabase = "sqlite:///dev.sqlite"\n',
            "utf-8",
        )
        script = 'printf "%s " $CASE_EMULATOR_URL; env | grep -c CONTROL_TOKEN'
        done = run(tmp_path, "run", "--", "sh", "-c", script, CASE_EMULATOR_TLS_CA_FILE="ca.pem")
        assert done.stdout.startswith("http://127.0.0.1:")
        assert done.stdout.endswith(" 0\n")
        sends = (*COMMAND, "sample", "aplyid")
        asks = " ".join((*COMMAND, "deliveries", "--json"))
        shell = f"{' '.join(sends)} | sh > /dev/null && {' '.join(COMMAND)} advance 60 > /dev/null && {asks}"
        assert '"state": "inbox"' in run(tmp_path, "run", "--", "sh", "-ec", shell).stdout
        assert receiver.nothing_came()
    assert {name: (tmp_path / name).read_bytes() for name in files} == files
    assert not (tmp_path / "dev.sqlite").exists()


def test_a_port_file_that_another_emulator_wrote_is_neither_overwritten_nor_removed(tmp_path: Path) -> None:
    (tmp_path / "port.txt").write_text("8642\n", "utf-8")
    for flags, variables in ((("--port-file", "port.txt"), {}), ((), {"CASE_EMULATOR_PORT_FILE": "port.txt"})):
        done = run(tmp_path, "run", *flags, "--", "cat", "port.txt", **variables)
        assert (done.returncode, done.stdout) == (0, "8642\n")
        assert "port.txt is left as it is" in done.stderr
    assert (tmp_path / "port.txt").read_text("utf-8") == "8642\n"


def test_the_command_can_trust_an_emulator_with_tls(tmp_path: Path) -> None:
    for flags in (("--tls",), ("--tls", "--tls-ca-file", "ca.pem")):
        done = run(tmp_path, "run", *flags, "--", *COMMAND, "reset")
        assert (done.returncode, done.stderr) == (0, "")


def test_a_proxy_is_not_asked_for_the_emulator(tmp_path: Path, needs: Callable[[str], str]) -> None:
    needs("curl")
    proxy = {"http_proxy": f"http://127.0.0.1:{free_port()}", "no_proxy": "localhost", "NO_PROXY": ".acme.com"}
    script = 'curl -sS -o /dev/null -w "%{http_code} " $CASE_EMULATOR_URL/_emulator/livez; echo $no_proxy $NO_PROXY'
    done = run(tmp_path, "run", "--", "sh", "-c", script, **proxy)
    assert done.stdout == "200 localhost,127.0.0.1 .acme.com,127.0.0.1\n"
    without = run(tmp_path, "run", "--", "sh", "-c", "echo $no_proxy $NO_PROXY", no_proxy="", NO_PROXY="")
    assert without.stdout == "127.0.0.1 127.0.0.1\n"


@posix
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1"])
def test_a_signal_reaches_the_command_and_all_ends(tmp_path: Path, name: str) -> None:
    number, port = getattr(signal, name), free_port()
    with running(tmp_path, "--port", str(port), "--", "sh", "-c", "echo $CASE_EMULATOR_URL; exec sleep 1000") as popen:
        assert popen.stdout
        assert port_of(popen.stdout.readline()) == port
        assert not is_free(port)
        popen.send_signal(number)
        _, err = popen.communicate(timeout=2 * PATIENCE)
    assert (popen.returncode, err) == (128 + number, "")
    assert is_free(port)


@posix
def test_a_command_that_handles_a_signal_decides_how_it_ends(tmp_path: Path) -> None:
    with running(tmp_path, "--", *COUNTING) as popen:
        wait_until((tmp_path / "runs").exists)
        for many in (1, 2):
            popen.send_signal(signal.SIGINT)
            wait_until(lambda many=many: _text(tmp_path / "interrupts") == str(many))  # type: ignore[misc]
        popen.send_signal(signal.SIGTERM)
        popen.communicate(timeout=2 * PATIENCE)
    assert popen.returncode == 42


@posix
@pytest.mark.parametrize("start", [COMMAND, [sys.executable, "-c", WITHOUT_SIGINFO]])
def test_ctrl_c_in_a_terminal_reaches_the_command_once(tmp_path: Path, start: list[str]) -> None:
    master, terminal = os.openpty()
    command = [sys.executable, "-c", TAKES_THE_TERMINAL, *start, "run", "--", *COUNTING]
    popen = subprocess.Popen(
        command, cwd=tmp_path, env=environment(), stdin=terminal, stderr=subprocess.PIPE, start_new_session=True
    )
    try:
        wait_until((tmp_path / "runs").exists)
        popen.send_signal(signal.SIGSTOP)  # so that a second one would come late enough to be told from the first
        os.write(master, b"\x03")
        wait_until(lambda: _text(tmp_path / "interrupts") == "1")
        popen.send_signal(signal.SIGTERM)
        popen.send_signal(signal.SIGCONT)
        popen.communicate(timeout=2 * PATIENCE)
    finally:
        popen.kill()
        popen.communicate()
        os.close(master)
        os.close(terminal)
    assert popen.returncode == 41


@posix
def test_what_is_ignored_stays_ignored_as_under_nohup(tmp_path: Path) -> None:
    ignoring = (
        "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); os.execv(sys.argv[1], sys.argv[1:])"
    )
    before = (sys.executable, "-c", ignoring)
    with running(tmp_path, "--", "sh", "-c", "kill -HUP $PPID $$; echo still here", before=before) as popen:
        out, _ = popen.communicate(timeout=2 * PATIENCE)
    assert (popen.returncode, out) == (0, "still here\n")


@posix
def test_the_command_is_started_with_no_signal_blocked(tmp_path: Path) -> None:
    script = "import signal; print(signal.pthread_sigmask(signal.SIG_BLOCK, ()))"
    assert run(tmp_path, "run", "--", sys.executable, "-c", script).stdout == "set()\n"


# Asks itself to stop just after the server has started.
STOPPED_AT_THE_START = """
import os, signal
from emulator import running
from emulator.cli import main
start = running.RunningEmulator.start
running.RunningEmulator.start = lambda self: (start(self), os.kill(os.getpid(), signal.SIGTERM))
main()
"""


@posix
def test_a_signal_while_the_emulator_starts_ends_it_without_the_command(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STOPPED_AT_THE_START, "run", "--", "touch", "ran"]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), check=False)
    assert (done.returncode, list(tmp_path.iterdir())) == (143, [])


@needs_proc
def test_no_process_is_left(tmp_path: Path) -> None:
    with running(tmp_path, "--", "sh", "-c", "true", start_new_session=True) as popen:
        assert popen.wait(2 * PATIENCE) == 0
        stats = [_text(path) for path in Path("/proc").glob("[0-9]*/stat")]
    sessions = {int(stat.rpartition(")")[2].split()[3]) for stat in stats if stat}
    assert popen.pid not in sessions


@needs_proc
def test_a_grandchild_that_stays_has_nothing_of_ours(tmp_path: Path) -> None:
    script, port = "sleep 1000 & echo $! > pid; curl -s $CASE_EMULATOR_URL > /dev/null || true", free_port()
    done = run_with_files(tmp_path, "--port", str(port), "--", "sh", "-c", script)
    pid = int((tmp_path / "pid").read_text())
    try:
        assert done == 0
        opened = {os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()}
        assert not [name for name in opened if name.startswith("socket:") or "etilqs" in name]
        assert processes_of(tmp_path) == [pid]
        assert is_free(port)
    finally:
        os.kill(pid, signal.SIGKILL)


def run_with_files(folder: Path, *arguments: str) -> int:
    """The exit code; the outputs are a file, which a grandchild may hold open without holding us up."""
    with (folder / "outputs").open("wb") as outputs:
        return subprocess.run(
            [*COMMAND, "run", *arguments],
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=outputs,
            stderr=outputs,
            timeout=2 * PATIENCE,
            check=False,
        ).returncode


def test_eight_at_once_do_not_meet_and_leave_nothing(tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()

    def one(number: int) -> str:
        folder = tmp_path / str(number)
        folder.mkdir()
        done = run(folder, "run", "--", *PRINTS_URL, TMPDIR=str(temporary), SQLITE_TMPDIR=str(temporary))
        assert (done.returncode, done.stderr, list(folder.iterdir())) == (0, "", [])
        return done.stdout

    with ThreadPoolExecutor(8) as pool:
        assert all(map(port_of, pool.map(one, range(8))))
    assert processes_of(tmp_path) == []  # and so nobody of them listens; another test may have got a port since
    assert list(temporary.iterdir()) == []
