"""The command is started where its streams or its folder are not what one expects."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.commands import COMMAND, environment
from tests.waiting import PATIENCE, wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the shell of POSIX is needed")


@contextmanager
def shell(folder: Path, script: str) -> Iterator["subprocess.Popen[str]"]:
    """A shell that becomes `case-emulator` where the script says $0; killed at the end if it still runs."""
    line = script.replace("$0", " ".join(COMMAND))
    popen = subprocess.Popen(["sh", "-c", line], cwd=folder, env=environment(), text=True, stderr=subprocess.PIPE)
    try:
        yield popen
    finally:
        popen.kill()
        popen.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("stream", [">&-", ">/dev/full", ">/dev/full 2>&1", ">&- 2>&- <&-"])
def test_it_serves_though_nobody_reads_what_it_says(tmp_path: Path, stream: str) -> None:
    if "full" in stream and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    file = tmp_path / "port"
    with shell(tmp_path, f"exec $0 serve --port 0 --port-file {file} {stream}") as popen:
        wait_until(lambda: file.exists() or popen.poll() is not None)
        assert file.exists(), popen.communicate()[1]
        popen.send_signal(signal.SIGTERM)
        _, err = popen.communicate(timeout=PATIENCE)
    assert (popen.returncode, "Traceback" in err) == (0, False), err


def test_the_end_of_an_input_that_is_closed_is_not_waited_for(tmp_path: Path) -> None:
    with shell(tmp_path, "exec $0 serve --port 0 --until-stdin-ends <&-") as popen:
        _, err = popen.communicate(timeout=PATIENCE)
    assert (popen.returncode, "standard input is closed" in err) == (2, True), err


@pytest.mark.parametrize("command", ["serve --port 0", "run -- true", "doctor", "init", "openapi aplyid"])
def test_a_folder_that_was_removed_is_told_in_a_sentence(tmp_path: Path, command: str) -> None:
    (tmp_path / "gone").mkdir()
    with shell(tmp_path, f"cd gone; rmdir ../gone; exec $0 {command}") as popen:
        _, err = popen.communicate(timeout=PATIENCE)
    assert (popen.returncode, err.startswith("case-emulator: the folder that this runs in")) == (2, True), err
