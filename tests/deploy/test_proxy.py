"""The emulator behind a real Caddy with our own Caddyfile: TLS, and a rolling restart under load that fails nobody."""

import os
import re
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from tests.clean import ROOT
from tests.commands import COMMAND, environment
from tests.emulators import APLYID_PATH, CREATE_CASE, Emulator
from tests.postgres import Server
from tests.receivers import free_port
from tests.waiting import PATIENCE, wait_until
from tests.web.test_embedding import answers

CADDYFILE = ROOT / "deploy" / "Caddyfile"
KEY = {"X-Workflow-Access-Key": "test_default"}
CREATES_AROUND = 20  # at least, before and after each restart
CLIENTS = 4
COUNTED = re.compile(r"\w*requests\w*_total\{.*aplyid")


@dataclass
class Proxy:
    """A proxy that listens, and the file of the authority that signed its certificate."""

    url: str
    authority: Path


@contextmanager
def proxying(caddy: str, folder: Path, *ports: int) -> Iterator[Proxy]:
    """Caddy with our Caddyfile before these ports; ended by its process id."""
    port = free_port()
    variables = {"HTTPS_PORT": str(port), "UPSTREAMS": " ".join(f"127.0.0.1:{each}" for each in ports)}
    env = {**os.environ, **variables, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    command = [caddy, "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
    authority = folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"
    with (folder / "proxy.log").open("wb") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    with process:
        try:
            proxy = Proxy(f"https://localhost:{port}", authority)
            wait_until(lambda: authority.exists() and is_ready(proxy))
            yield proxy
        finally:
            process.terminate()
            process.wait(20)


def is_ready(proxy: Proxy) -> bool:
    try:
        return requests.get(f"{proxy.url}/_emulator/readyz", verify=str(proxy.authority), timeout=20).ok
    except requests.RequestException:
        return False


@dataclass
class Load:
    """Clients that create one case after the other on connections that they keep."""

    proxy: Proxy
    answers: list[tuple[int, str]] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Load":
        self._threads = [threading.Thread(target=self._create) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        for thread in self._threads:
            thread.join()

    def _create(self) -> None:
        with requests.Session() as session:
            session.verify, session.trust_env = str(self.proxy.authority), False
            while not self.is_over.wait(0.01):
                body = CREATE_CASE["request"]["body"]
                answer = session.post(self.proxy.url + APLYID_PATH, json=body, headers=KEY, timeout=60)
                self.answers.append((answer.status_code, "" if answer.ok else answer.text))
                if answer.ok:
                    self.ids.append(answer.json()["case_id"])

    def await_more(self) -> None:
        """Wait until some more were answered."""
        there = len(self.answers)
        wait_until(lambda: len(self.answers) >= there + CREATES_AROUND)


@pytest.mark.slow
def test_the_caddyfile_is_valid_and_formatted(needs: Callable[[str], str], tmp_path: Path) -> None:
    caddy = needs("caddy")
    env = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    command = [caddy, "validate", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
    valid = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert valid.returncode == 0, valid.stderr
    formatted = subprocess.run([caddy, "fmt", str(CADDYFILE)], env=env, capture_output=True, text=True, check=False)
    assert formatted.stdout == CADDYFILE.read_text("utf-8")


@contextmanager
def emulating(folder: Path, database: str, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """An emulator on that port, one of those that share the database, as the profile starts it."""
    flags = ["--port", str(port), "--database", database, "--stop-delay", "3", "--delay", "0"]
    command = [*COMMAND, "serve", *flags, "--public-url", "https://localhost"]
    with (folder / f"{port}.log").open("ab") as log:  # no pipe: nobody would read it, and it would be full
        process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=log, stderr=log)
    with process:
        try:
            wait_until(lambda: answers(f"http://127.0.0.1:{port}", lambda answer: answer.ok))
            yield process
        finally:
            process.kill()


@pytest.mark.slow
def test_a_rolling_restart_behind_the_proxy_under_load_fails_no_create(
    needs: Callable[[str], str], postgres: Server, tmp_path: Path
) -> None:
    caddy, ports, database = needs("caddy"), (free_port(), free_port()), postgres.new_url()
    with ExitStack() as stack:
        first = [stack.enter_context(emulating(tmp_path, database, port)) for port in ports]
        proxy = stack.enter_context(proxying(caddy, tmp_path, *ports))
        with Load(proxy) as load:
            for process, port in zip(first, ports, strict=True):
                load.await_more()
                process.terminate()
                assert process.wait(PATIENCE) == 0
                stack.enter_context(emulating(tmp_path, database, port))
                await_requests(port)
        kept = [cases_of(port) for port in ports]
    assert set(load.answers) == {(201, "")}
    assert kept == [len(load.answers)] * 2
    assert len(set(load.ids)) == len(load.ids)


def await_requests(port: int) -> None:
    """Wait until the proxy sends to that port again."""
    there = creates_at(port)
    wait_until(lambda: creates_at(port) > there)


def creates_at(port: int) -> float:
    """How many creates the emulator on that port has answered since it was started."""
    text = requests.get(f"http://127.0.0.1:{port}/_emulator/metrics", timeout=PATIENCE).text
    return sum(float(line.split()[-1]) for line in text.splitlines() if COUNTED.match(line))


def cases_of(port: int) -> int:
    """How many cases the emulator on that port has."""
    return int(Emulator(f"http://127.0.0.1:{port}").control("GET", "cases?limit=0").json()["count"])
