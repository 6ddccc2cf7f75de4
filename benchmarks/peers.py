"""Us and the servers that people use instead: the same POST, in one run, in turns."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from benchmarks.contestants import PATIENCE, Cores, Server, free_port, pin, stop, without_settings
from benchmarks.load import Job, Load, Refused, drive
from benchmarks.peer_list import Missing, Peer
from benchmarks.rates import Stint, stint


class DidNotAnswer(Exception):
    """A peer ended, or did not give the answer that tells of success."""


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How much is measured of each."""

    rounds: int
    seconds: float  # of a turn
    starts: int
    warm_up: float  # seconds: what compiles on use is compiled then
    creates: int  # after these the memory is read


@dataclass(frozen=True)
class Result:
    """What was found of one: its turns by round, seconds to the first answer, megabytes."""

    peer: Peer
    stints: Sequence[Stint]
    starts: Sequence[float]
    megabytes: float | None


@dataclass(frozen=True)
class Compared:
    """The bare view first; and why each that is missing was left out."""

    results: Sequence[Result]
    left_out: Mapping[str, str]
    creates: int


def measure(peers: Sequence[Peer], extent: Extent, cores: Cores) -> Compared:
    """Each alone, for its start and its memory; then all of them running, round after round."""
    left_out: dict[str, str] = {}
    alone: dict[Peer, tuple[list[float], float | None]] = {}
    installed: dict[Peer, Path] = {}
    for peer in peers:
        print(f"  {peer.name}: install, start", file=sys.stderr)
        try:
            installed[peer] = peer.install()
            alone[peer] = _alone(peer, installed[peer], extent, cores)
        except (Missing, DidNotAnswer, Refused, OSError, subprocess.SubprocessError) as error:
            left_out[peer.name] = str(error)
        except (pytest.skip.Exception, pytest.fail.Exception) as error:  # it could not be installed
            left_out[peer.name] = " ".join(str(error).split())[:200]
    stints = _stints({peer: installed[peer] for peer in alone}, extent, cores, left_out)
    return Compared([Result(peer, stints[peer], *alone[peer]) for peer in stints], left_out, extent.creates)


def _alone(peer: Peer, installed: Path, extent: Extent, cores: Cores) -> tuple[list[float], float | None]:
    took = []
    for _ in range(extent.starts + 1):
        with started(peer, installed, cores) as (server, seconds):
            took.append(seconds)
    with started(peer, installed, cores) as (server, _):
        drive(Job(port=server.port, orders=[peer.order], first=1, most=extent.creates))
        return took[1:], server.resident_megabytes()


def _stints(
    installed: Mapping[Peer, Path], extent: Extent, cores: Cores, left_out: dict[str, str]
) -> Mapping[Peer, list[Stint]]:
    found: dict[Peer, list[Stint]] = {peer: [] for peer in installed}
    with ExitStack() as running:
        servers = {p: running.enter_context(started(p, where, cores))[0] for p, where in installed.items()}
        for turn in range(extent.rounds + 1):
            for peer in list(found):
                sent = 1 + sum(each.report.sent for each in found[peer])
                seconds = extent.seconds if turn else extent.warm_up
                try:
                    found[peer].append(stint(servers[peer], peer.order, sent, seconds))
                except Refused as error:
                    if peer is next(iter(installed)):
                        raise  # all others are compared with it
                    left_out[peer.name] = f"in round {turn}: {error}"
                    del found[peer]
            told = ", ".join(f"{peer.name} {stints[-1].report.rate:,.0f}/s" for peer, stints in found.items())
            print(f"  round {turn} of {extent.rounds}: {told}", file=sys.stderr)
    return {peer: stints[1:] for peer, stints in found.items()}


@contextmanager
def started(peer: Peer, installed: Path, cores: Cores) -> Iterator[tuple[Server, float]]:
    """That server, answering, and how many seconds it took to; raise DidNotAnswer."""
    with TemporaryDirectory(prefix="benchmarks-", ignore_cleanup_errors=True) as folder:
        port = free_port()
        command = peer.command(installed, port, Path(folder))
        begun = time.perf_counter()
        process = _start(command, folder, cores)
        try:
            _await_answer(peer, port, process)
            yield Server(port, process.pid), time.perf_counter() - begun
        finally:
            stop(process)


def _start(command: Sequence[str], folder: str, cores: Cores) -> "subprocess.Popen[bytes]":
    """On its core from the beginning, with all its threads: they inherit it from us."""
    pin(0, cores.server)
    quiet = subprocess.DEVNULL
    environ = {**without_settings(os.environ), "NO_UPDATE_NOTIFIER": "1", "HOME": folder}
    try:
        return subprocess.Popen(command, cwd=folder, env=environ, stdin=quiet, stdout=quiet, stderr=quiet)
    finally:
        pin(0, cores.ours)


def _await_answer(peer: Peer, port: int, process: "subprocess.Popen[bytes]") -> None:
    begun, reason = time.perf_counter(), "nothing listened"
    while time.perf_counter() - begun < PATIENCE:
        if process.poll() is not None:
            raise DidNotAnswer(f"it ended with {process.returncode}")
        try:
            peer.prepare(port)
            Load(Job(port=port, orders=[peer.order], most=1)).run()
        except ConnectionRefusedError:
            time.sleep(0.002)
        except (OSError, Refused) as error:
            reason = str(error)
            time.sleep(0.02)
        else:
            return
    raise DidNotAnswer(f"no answer within {PATIENCE:.0f} s: {reason}")
