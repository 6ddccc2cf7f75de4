"""The servers that are measured, as processes on a core of their own."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from emulator.server.limits import THREADS

PATIENCE = 30.0
LONG = "31536000"  # seconds: no case ends while it is measured
BARE = Path(__file__).with_name("bare.py")


class NotStarted(Exception):
    """A server ended, or took too long, before it served."""


@dataclass(frozen=True)
class Cores:
    """Which core is whose; None: this system does not pin, or has but one core."""

    server: int | None = None
    ours: int | None = None

    def told(self) -> str:
        """The same for people."""
        if self.server is None:
            return "not pinned (no second core, or no way to pin here): expect lower and less steady figures"
        return f"server on core {self.server}, load generator on core {self.ours}"


def choose_cores() -> Cores:
    """One core for the servers, another for this process and the load generator."""
    if not hasattr(os, "sched_setaffinity"):
        return Cores()
    allowed = sorted(os.sched_getaffinity(0))
    return Cores(server=allowed[-1], ours=allowed[0]) if len(allowed) > 1 else Cores()


def pin(pid: int, core: int | None) -> None:
    """Keep a process on a core; 0 is this process, whose children inherit it."""
    if core is not None:
        os.sched_setaffinity(pid, {core})


def unpin() -> None:
    """Let this process, and children it starts from now on, use every core of the machine."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, range(os.cpu_count() or 1))


def emulator_program() -> str:
    """The command as it is installed beside this Python."""
    command = shutil.which("case-emulator", path=str(Path(sys.executable).parent))
    if command is None:
        raise NotStarted("case-emulator is not installed beside this Python: pip install -e .")
    return command


def emulator_command(port_file: Path, delay: str = LONG) -> list[str]:
    """What serves, on a port that it chooses."""
    return [emulator_program(), "serve", "--port", "0", "--port-file", str(port_file), "--delay", delay]


def keeping_command(port_file: Path, delay: str = LONG) -> list[str]:
    """The same, keeping everything in a file that survives a kill."""
    return [*emulator_command(port_file, delay), "--database", str(port_file.with_name("kept.sqlite"))]


def sending_command(port_file: Path, delay: float, webhook_url: str) -> list[str]:
    """The same, with cases that end after so many seconds and a receiver of their webhooks."""
    return [*keeping_command(port_file, str(delay)), "--webhook-url", webhook_url]


def bare_command(port_file: Path) -> list[str]:
    """A bare Flask view with as many threads as the emulator has."""
    return [sys.executable, str(BARE), str(port_file), str(THREADS)]


COMMANDS = {"emulator": emulator_command, "keeping": keeping_command, "bare": bare_command}


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    port: int
    pid: int

    def busy_seconds(self) -> float | None:
        """Processor time used so far; None where the system does not tell."""
        try:
            columns = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return (int(columns[11]) + int(columns[12])) / os.sysconf("SC_CLK_TCK")

    def resident_megabytes(self) -> float | None:
        """Memory held now, in units of a million bytes; None where the system does not tell."""
        try:
            lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        except OSError:
            return None
        return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmRSS:"))


@contextmanager
def running(name: str, cores: Cores) -> Iterator[Server]:
    """That contestant, serving, for the time of the block; raises NotStarted."""
    with TemporaryDirectory(prefix="benchmarks-", ignore_cleanup_errors=True) as folder:
        port_file = Path(folder, "port")
        process = _start(COMMANDS[name](port_file), folder)
        try:
            pin(process.pid, cores.server)
            yield Server(await_port(port_file, process), process.pid)
        finally:
            stop(process)


@contextmanager
def killed(command: list[str], folder: Path, cores: Cores) -> "Iterator[subprocess.Popen[bytes]]":
    """That command as a process, which is killed at the end of the block."""
    process = _start(command, str(folder))
    try:
        pin(process.pid, cores.server)
        yield process
    finally:
        process.kill()
        process.wait()


def _start(command: list[str], folder: str) -> "subprocess.Popen[bytes]":
    """With no settings but the command's own."""
    quiet, environ = subprocess.DEVNULL, without_settings(os.environ)
    environ.pop("PYTHONDONTWRITEBYTECODE", None)  # with it each start compiles all modules, as no installed one does
    return subprocess.Popen(command, cwd=folder, env=environ, stdin=quiet, stdout=quiet, stderr=quiet)


def without_settings(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without what configures an emulator."""
    return {name: value for name, value in environ.items() if not name.startswith("CASE_EMULATOR_")}


def free_port() -> int:
    """A port of this machine that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def await_port(port_file: Path, process: "subprocess.Popen[bytes]") -> int:
    """The port of that server once it serves; raises NotStarted."""
    begun = time.perf_counter()
    while not port_file.exists():
        if process.poll() is not None or time.perf_counter() - begun > PATIENCE:
            raise NotStarted(f"it did not serve: {' '.join(map(str, process.args))}")  # type: ignore[arg-type]
        time.sleep(0.001)
    return int(port_file.read_text(encoding="utf-8"))


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End it, and wait until it has ended."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
