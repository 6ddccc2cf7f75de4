"""Containers of the image, as an engine starts them: own mounts, own processes, a number for a user, and no rights.

What `docker run` does beyond that, such as limits, is not tried: no runtime of containers works on every machine that
tests us.
"""

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.emulators import Emulator
from tests.waiting import PATIENCE

HOST = "172.17.0.1"  # what Docker's `host-gateway` is by default
URL = "http://127.0.0.1:8642"  # as published by `-p 127.0.0.1:8642:8642`
UNSHARE = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
STARTS: list[float] = []  # seconds until each was ready, for the summary
NO_RIGHTS = ["--clear-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]


@dataclass(frozen=True)
class Image:
    """An image whose files are unpacked in a folder, and what it says of how to run it."""

    root: Path
    config: dict[str, Any]  # as Docker has it: Env, User, Entrypoint, Healthcheck ...

    def place(self, path: str) -> Path:
        """Return where a path of the container is on this machine."""
        return self.root / path.lstrip("/")


@dataclass(frozen=True)
class Options:
    """What stands before the image's name in `docker run`."""

    user: str = ""  # instead of the image's
    environ: dict[str, str] = field(default_factory=dict)
    volumes: dict[str, Path] = field(default_factory=dict)  # folders of this machine, by path of the container
    read_only: bool = False
    tmpfs: tuple[str, ...] = ()
    hosts: dict[str, str] = field(default_factory=dict)  # addresses by name


@dataclass
class Container:
    """A container that runs."""

    image: Image
    options: Options
    popen: "subprocess.Popen[str]"
    pid: int  # of its first process on this machine; in the container it is 1
    log: Path
    emulator: Emulator = field(default_factory=lambda: Emulator(URL))

    def run(self, command: list[str], **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run a command in it to its end, as `docker exec` does."""
        enter = ["nsenter", f"--target={self.pid}", "--mount", "--pid", "--root", "--wd"]
        return _run([*enter, *as_user(self.image, self.options, command, variables)])

    def send(self, number: int) -> None:
        """Send its first process a signal."""
        os.kill(self.pid, number)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end, as `docker stop` does, and return its exit code."""
        self.send(number)
        return self.popen.wait(PATIENCE)


@contextmanager
def running(image: Image, *flags: str, options: Options = Options()) -> Iterator[Container]:
    """Run a container until it is ready, and kill it at the end if it still runs."""
    begun, log = time.monotonic(), image.root.parent / "log"
    with log.open("w") as stderr:
        command = _start(image, options, flags)
        popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, text=True)
    try:
        assert popen.stdout
        line = popen.stdout.readline()
        assert line.startswith("Ready "), line + log.read_text("utf-8")
        STARTS.append(time.monotonic() - begun)
        yield Container(image, options, popen, _child_of(popen.pid), log)
    finally:
        with suppress(ProcessLookupError):
            os.kill(_child_of(popen.pid), signal.SIGKILL)  # with it ends all that it has started
        popen.communicate()


def _child_of(parent: int) -> int:
    """Return the number of a process' only child; raise ProcessLookupError if it has none."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text("utf-8").split()
    if not children:
        raise ProcessLookupError(parent)
    return int(children[0])


def run_to_end(image: Image, *flags: str, options: Options) -> "subprocess.CompletedProcess[str]":
    """Run a container that ends by itself."""
    return _run(_start(image, options, flags))


def as_user(image: Image, options: Options, command: list[str], variables: dict[str, str]) -> list[str]:
    """Return the command that runs a command in the container's root as its user, with its variables and no others."""
    user, _, group = (options.user or image.config["User"]).partition(":")
    environ = [*image.config["Env"], "HOME=/"] + [f"{k}={v}" for k, v in (options.environ | variables).items()]
    become = ["setpriv", f"--reuid={user}", f"--regid={group or user}", *NO_RIGHTS]
    return [*become, "env", "-i", f"--chdir={image.config['WorkingDir']}", *environ, *command]


def _start(image: Image, options: Options, flags: tuple[str, ...]) -> list[str]:
    command = as_user(image, options, [*image.config["Entrypoint"], *flags], {})
    mounts = [shlex.join(map(str, words)) for words in _mounts(image, options)]
    return [*UNSHARE, "sh", "-ec", "\n".join([*mounts, f"exec chroot {image.root} {shlex.join(command)}"])]


def _mounts(image: Image, options: Options) -> Iterator[list[str | Path]]:
    """What an engine mounts, in this order; the root is made read-only last."""
    yield ["mount", "--bind", image.root, image.root]
    yield ["mount", "-t", "proc", "proc", image.place("/proc")]
    yield ["mount", "--rbind", "/dev", image.place("/dev")]
    yield ["mount", "--bind", _hosts_file(image, options), image.place("/etc/hosts")]
    for path, folder in options.volumes.items():
        yield ["mount", "--bind", folder, image.place(path)]
    for path in options.tmpfs:
        yield ["mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", image.place(path)]
    if options.read_only:
        yield ["mount", "-o", "remount,bind,ro", image.root]


def _hosts_file(image: Image, options: Options) -> Path:
    file = image.root.parent / "hosts"
    named = {"localhost": "127.0.0.1", **options.hosts}
    file.write_text("".join(f"{address}\t{name}\n" for name, address in named.items()), "utf-8")
    return file


def _run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
