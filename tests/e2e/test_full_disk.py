"""The real command on a disk without room: a limit on the size of its files, which is then lifted."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import pytest

from tests.commands import COMMAND, environment, run, serving
from tests.waiting import PATIENCE

FLAGS = ("--port", "0", "--database", "kept.sqlite", "--delay", "3600")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process that runs already")
def test_what_was_taken_is_there_after_a_full_disk_and_a_restart(tmp_path: Path) -> None:
    import resource

    with serving(tmp_path, *FLAGS) as process:
        emulator, pid = process.emulator, process.popen.pid
        taken = [emulator.aplyid.open_case()["case_id"]]
        size = (tmp_path / "kept.sqlite-wal").stat().st_size
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size + 50_000, before[1]))
        answers = list(islice(iter(lambda: emulator.aplyid.create(), None), 20))
        taken += [answer.json()["case_id"] for answer in answers if answer.status_code == 201]
        assert {answer.status_code for answer in answers} == {201, 507}
        assert emulator.http.get(f"{emulator.url}/_emulator/readyz").status_code == 503
        sick = run(tmp_path, "healthcheck", "--url", emulator.url)
        assert (sick.returncode, "a limit on the size of files" in sick.stderr) == (1, True)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
        assert emulator.http.get(f"{emulator.url}/_emulator/readyz").status_code == 200
        taken.append(emulator.aplyid.open_case()["case_id"])
        code, _, log = process.ask_to_stop()
        assert (code, log.count(" error: "), log.count("can be written again"), "Traceback" in log) == (0, 1, 1, False)
    assert taken == list(range(1024, 1024 + len(taken)))
    with serving(tmp_path, *FLAGS) as process:
        kept = process.emulator.control("GET", "cases?limit=100").json()["cases"]
        assert sorted(case["id"] for case in kept) == taken


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits a process that runs already")
def test_of_many_requests_at_once_those_are_refused_whose_cases_are_not_kept(tmp_path: Path) -> None:
    import resource

    def create(name: str) -> int:
        return process.emulator.aplyid.create(client__name=name).status_code

    with serving(tmp_path, *FLAGS) as process, ThreadPoolExecutor(16) as clients:
        pid, before = process.popen.pid, resource.prlimit(process.popen.pid, resource.RLIMIT_FSIZE)
        create("Warm")
        size = (tmp_path / "kept.sqlite-wal").stat().st_size
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size + 150_000, before[1]))
        statuses = list(clients.map(create, map(str, range(150))))
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
        assert set(statuses) == {201, 507}
        told = process.emulator.control("GET", "requests?limit=1000").json()["requests"]
        assert Counter(each["status"] for each in told) == Counter([201, *statuses])
        shown = {each["case_id"] for each in told if each["status"] == 201}
        code, _, log = process.ask_to_stop()
        assert (code, "Traceback" in log, log.count(" 201 ")) == (0, False, statuses.count(201) + 1)
    with serving(tmp_path, *FLAGS) as process:
        kept = process.emulator.control("GET", "cases?limit=1000").json()["cases"]
        assert {case["id"] for case in kept} == shown == set(range(1024, 1024 + log.count(" 201 ")))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has prlimit")
def test_a_demo_without_room_says_so(tmp_path: Path, needs: Callable[[str], str]) -> None:
    command = [needs("prlimit"), "--fsize=800000", *COMMAND, "serve", *FLAGS, "--demo"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(), capture_output=True, text=True, timeout=2 * PATIENCE, check=False
    )
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert "the cases of --demo, or some of them, cannot be stored: kept.sqlite cannot be written" in done.stderr
