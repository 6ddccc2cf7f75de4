"""The clock of the machine is set back under a running emulator, by libfaketime."""

from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.commands import Process, serving
from tests.receivers import receiving, status
from tests.toolbox.missing import find_program, give_up

DATABASE = ("--database", "sqlite:///kept.sqlite")


def faketime_library() -> str:
    find_program("faketime")
    found = sorted(Path("/usr").glob("lib*/**/faketime/libfaketimeMT.so.1"))
    return (
        str(found[0]) if found else give_up("libfaketimeMT.so.1 is missing: install it with `apt-get install faketime`")
    )


class Machine:
    """A machine on which the test sets the clock."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._file = folder, folder / "time"
        self.set("+0")
        # The stopwatch of the system is not what somebody sets, so it is left alone.
        self.variables = {
            "LD_PRELOAD": faketime_library(),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DISABLE_SHM": "1",
        }

    def set(self, offset: str) -> None:
        """Set the clock, as seen from the true time."""
        self._file.write_text(offset, "utf-8")

    def serve(self, *flags: str) -> AbstractContextManager[Process]:
        return serving(self.folder, "--port", "0", "--delay", "0.5", "--retry", "0.5,0.5", *flags, **self.variables)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_library_does_set_the_clock(machine: Machine) -> None:
    machine.set("-1h")
    with machine.serve() as process:
        now = datetime.fromisoformat(process.emulator.control("GET", "clock").json()["now"])
    assert now < datetime.now(UTC) - timedelta(minutes=59)


def test_what_is_due_comes_in_time_and_the_sandbox_s_clock_does_not_go_back(machine: Machine) -> None:
    with receiving(status(503), status(200)) as receiver, machine.serve("--webhook-url", receiver.url) as process:
        created = process.emulator.aplyid.create()
        assert created.status_code == 201
        before = process.emulator.control("GET", "clock").json()["now"]
        machine.set("-1h")
        for _ in range(2):
            receiver.next()
        assert process.emulator.control("GET", "clock").json()["now"] > before
        process.emulator.aplyid.open_case(activity__external_id="after")
        assert receiver.next().json["external_id"] == "after"


def test_it_goes_on_from_what_was_kept_after_a_start_with_a_clock_set_back(machine: Machine) -> None:
    with receiving() as receiver:
        flags = ("--webhook-url", receiver.url, *DATABASE)
        with machine.serve(*flags) as process:
            process.emulator.sphinxhq.open_case(webhook_url=receiver.url)
            process.ask_to_stop()
        machine.set("-1h")
        with machine.serve(*flags) as process:
            assert receiver.next().json["status"] == "COMPLETED"
            old = process.emulator.sphinxhq.get("1/").json()["created_at"]
            assert process.emulator.sphinxhq.open_case()["created_at"] > old
