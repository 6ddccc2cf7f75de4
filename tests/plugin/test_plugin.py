"""The pytest plugin, in suites that pytest runs in processes of their own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.commands import PLAIN_PYTEST
from tests.emulators import Emulator
from tests.waiting import wait_until

ONE = "def test_one(sandbox):\n    assert sandbox.aplyid.create_case()['case_id'] == 1024\n"
MANY = """
    import pytest

    @pytest.mark.parametrize("number", range({many}))
    def test_alone(sandbox, number):
        with open("urls", "a") as urls:
            urls.write(sandbox.url + "\\n")
        sandbox.clock.freeze("2030-01-01T00:00:00Z")
        sandbox.configure(delay=2)
        outcome = ("approved", "denied")[number % 2]
        sandbox.outcomes.next(outcome)
        case = sandbox.aplyid.create_case(activity={{"external_id": "the-same"}}, client={{"external_id": "the-same"}})
        assert (case["case_id"], case["client"]["id"]) == (1024, 8843)
        sandbox.webhooks.assert_none()
        sandbox.clock.advance(2)
        [webhook] = sandbox.webhooks.received
        assert webhook.json["client"]["approval_status"] == outcome
        assert sandbox.requests.count(provider="aplyid") == 1
"""


# Whatever a test starts inherits this; it tells its emulators from those of a suite that runs beside it.
MARK = "TESTED_IN"


@pytest.fixture(autouse=True)
def _alone(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The suites import what is tested here, from wherever they stand."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.setenv(MARK, str(pytester.path))


def run(pytester: pytest.Pytester, suite: str, *flags: str) -> pytest.RunResult:
    pytester.makepyfile(suite)
    return pytester.runpytest_subprocess(*PLAIN_PYTEST, *flags, timeout=120)


def emulators(pytester: pytest.Pytester) -> set[int]:
    """The emulators that run because the suite of this test started them."""
    mark, found = f"{MARK}={pytester.path}\0".encode(), set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended just now
            started = b"--until-stdin-ends" in (process / "cmdline").read_bytes()
            if started and mark in (process / "environ").read_bytes():
                found.add(int(process.name))
    return found


@pytest.fixture
def nothing_stays(pytester: pytest.Pytester) -> Iterator[None]:
    """Whatever a test starts has ended by its end."""
    yield
    wait_until(lambda: not emulators(pytester))


@pytest.mark.usefixtures("nothing_stays")
def test_a_test_has_a_sandbox_with_nothing_to_import_or_set_up(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(ONE + ONE.replace("one", "two"))
    with_all_plugins = pytester.runpytest_subprocess("--strict-markers", "-W", "error", timeout=120)
    with_all_plugins.assert_outcomes(passed=2)


@pytest.mark.slow
def test_what_is_made_up_is_the_same_in_every_run(pytester: pytest.Pytester) -> None:
    suite = "def test_one(sandbox):\n    print('made', sandbox.aplyid.sample())\n"
    first, second = (re.findall("made .*", run(pytester, suite, "-s").stdout.str()) for _ in range(2))
    assert first == second != []


@pytest.mark.slow
@pytest.mark.usefixtures("nothing_stays")
def test_a_hundred_tests_in_five_workers_share_one_emulator_and_see_nothing_of_each_other(
    pytester: pytest.Pytester,
) -> None:
    done = run(pytester, MANY.format(many=100), "-n", "5", "--case-emulator-shared")
    done.assert_outcomes(passed=100)
    assert len(set(Path("urls").read_text("utf-8").split())) == 1


@pytest.mark.slow
@pytest.mark.usefixtures("nothing_stays")
def test_unless_they_share_each_worker_has_its_own(pytester: pytest.Pytester) -> None:
    run(pytester, MANY.format(many=20), "-n", "2", "--dist", "load").assert_outcomes(passed=20)
    assert len(set(Path("urls").read_text("utf-8").split())) == 2


@pytest.mark.slow
def test_an_emulator_that_runs_already_is_used_by_variable_option_or_ini(
    pytester: pytest.Pytester, shared_emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = f"def test_one(case_emulator):\n    assert case_emulator == {shared_emulator.url!r}\n"
    run(pytester, suite, "--case-emulator-url", shared_emulator.url).assert_outcomes(passed=1)
    run(pytester, suite, "-o", f"case_emulator_url={shared_emulator.url}").assert_outcomes(passed=1)
    monkeypatch.setenv("CASE_EMULATOR_URL", shared_emulator.url)
    run(pytester, suite + MANY.format(many=8).replace("\n    ", "\n"), "-n", "2").assert_outcomes(passed=9)


@pytest.mark.slow
def test_a_sandbox_is_newborn_however_the_last_run_left_it(
    pytester: pytest.Pytester, shared_emulator: Emulator
) -> None:
    for _ in range(2):
        run(pytester, ONE, "--case-emulator-url", shared_emulator.url).assert_outcomes(passed=1)


@pytest.mark.slow
def test_a_suite_that_never_asks_for_it_never_loads_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # others load requests
    suite = """
        import sys

        def test_one():
            assert not {"emulator.client", "flask", "requests"} & sys.modules.keys()
    """
    run(pytester, suite, "-p", "case_emulator").assert_outcomes(passed=1)
    run(pytester, ONE, "-p", "no:case_emulator").assert_outcomes(errors=1)


@pytest.mark.slow
def test_the_clock_stands_still_by_option_ini_or_marker(pytester: pytest.Pytester) -> None:
    suite = """
        import pytest

        def is_still(sandbox):
            return sandbox.clock.now == sandbox.clock.now

        def test_by_option(sandbox):
            assert is_still(sandbox)

        @pytest.mark.case_emulator(frozen="2026-01-01T00:00:00Z", delay=60, default_outcome="denied")
        def test_by_marker(sandbox):
            sandbox.aplyid.create_case()
            assert [event["at"][:19] for event in sandbox.clock.advance(60)][-1] == "2026-01-01T00:01:00"
            assert sandbox.webhooks.wait().json["client"]["approval_status"] == "denied"

        @pytest.mark.case_emulator(frozen=False)
        def test_not(sandbox):
            assert not is_still(sandbox)
    """
    run(pytester, suite, "--case-emulator-frozen").assert_outcomes(passed=3)
    run(pytester, suite, "-o", "case_emulator_frozen=true").assert_outcomes(passed=3)


@pytest.mark.slow
def test_a_setting_that_is_none_is_said_to_be_none(pytester: pytest.Pytester) -> None:
    suite = "import pytest\n\n@pytest.mark.case_emulator(dely=1)\n" + ONE
    done = run(pytester, suite)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["@pytest.mark.case_emulator: dely: not known; did you mean delay?; frozen and skip *"])


@pytest.mark.slow
def test_flags_of_the_emulator_stand_in_the_ini_file(pytester: pytest.Pytester) -> None:
    suite = "def test_one(sandbox):\n    assert sandbox.configure()['seed'] == 7\n"
    run(pytester, suite, "-o", "case_emulator_args=--seed 7 --log-format json").assert_outcomes(passed=1)
    done = run(pytester, ONE, "-o", "case_emulator_args=--sed 7")
    assert "the emulator did not start" in done.stdout.str()
    assert "--seed" in done.stdout.str()


def test_a_failed_test_tells_what_its_sandbox_saw(pytester: pytest.Pytester) -> None:
    suite = """
        def test_one(sandbox):
            sandbox.configure(delay=0)
            sandbox.aplyid.send({})
            sandbox.aplyid.create_case(activity={"external_id": "order-1"}, client={"name": "Jo Denied"})
            sandbox.webhooks.wait()
            assert False
    """
    done = run(pytester, suite)
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            "*case-emulator: requests of sandbox *",
            "*POST /integrations/core/cases -> 400*",
            "*needed: *activity and client*",
            "*POST /integrations/core/cases -> 201*",
            "*rule: surname Denied*",
            "*case-emulator: webhooks of sandbox *",
            "*case.completed of aplyid case 1024 (order-1) to the inbox: inbox*",
        ]
    )


def test_the_traceback_of_a_failed_call_ends_in_the_test(pytester: pytest.Pytester) -> None:
    done = run(pytester, 'def test_one(sandbox):\n    sandbox.outcomes.next("rejected")\n')
    done.stdout.fnmatch_lines(
        [">*next(*rejected*", "E*Refusal: outcome: rejected is no outcome*", "*test_*py:2: Refusal"]
    )
    assert "transport.py" not in done.stdout.str()


@pytest.mark.slow
def test_the_report_of_a_failure_survives_an_emulator_that_is_gone(pytester: pytest.Pytester) -> None:
    suite = """
        import os, signal
        from pathlib import Path

        def test_one(sandbox):
            [pid] = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
            os.kill(int(pid), signal.SIGKILL)
            assert False
    """
    done = run(pytester, suite)
    done.stdout.fnmatch_lines(["*nothing can be told: *"])
    done.assert_outcomes(failed=1, errors=1)


@pytest.mark.usefixtures("nothing_stays")
def test_an_emulator_ends_with_the_pytest_that_started_it_however_that_ends(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(ONE + "    print('begun', flush=True)\n    import time; time.sleep(60)\n")
    popen = subprocess.Popen([sys.executable, "-m", "pytest", "-s", *PLAIN_PYTEST], stdout=subprocess.PIPE, text=True)
    assert popen.stdout
    while "begun" not in popen.stdout.readline():
        assert popen.poll() is None
    assert emulators(pytester)
    os.kill(popen.pid, signal.SIGKILL)
    popen.communicate()
