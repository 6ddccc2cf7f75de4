"""The command is started where its streams or its folder are not what one expects."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from emulator.commands.starting import write_port_file
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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", ["openapi aplyid", "--version", "sample aplyid"])
def test_output_for_which_the_disk_has_no_room_is_told_in_a_sentence(tmp_path: Path, command: str) -> None:
    with shell(tmp_path, f"exec $0 {command} >/dev/full") as popen:
        _, err = popen.communicate(timeout=PATIENCE)
    assert (popen.returncode, err) == (1, "case-emulator: the output could not be written: the disk is full\n")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_log_for_which_the_disk_has_no_room_is_told_once_and_changes_no_exit_code(tmp_path: Path) -> None:
    with shell(tmp_path, 'exec $0 run --log-file /dev/full -- sh -c "curl -s \\$CASE_EMULATOR_URL; exit 7"') as popen:
        _, err = popen.communicate(timeout=PATIENCE)
    assert popen.returncode == 7, err
    assert err == "case-emulator: the log cannot be written: No space left on device\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_port_file_for_which_the_disk_has_no_room_is_told_and_not_left_behind(tmp_path: Path) -> None:
    (tmp_path / "port.new").symlink_to("/dev/full")  # which is written first, and then renamed
    with pytest.raises(SystemExit, match="2"):
        write_port_file(tmp_path / "port", 8642)
    assert list(tmp_path.iterdir()) == []


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
