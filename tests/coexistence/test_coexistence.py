"""The sample projects pass beside the plugins of others, and a sandbox may be used together with what these offer."""

import re
from pathlib import Path

import pytest

from tests.coexistence.projects import BESIDE, Outcome, copy_project, run_pytest
from tests.e2e.test_install import clone
from tests.toolbox.environments import GENERATORS, ROOT, TOOLS, install_emulator

pytestmark = pytest.mark.slow

# Each with the flags it needs: where these are the way out, docs/testing.md names them.
FLAGS = {
    "asyncio": ["-o", "asyncio_default_fixture_loop_scope=function"],
    "freezegun": [],
    "pook": [],
    "respx": [],
    "socket": ["--allow-hosts=127.0.0.1"],
    "time-machine": [],
    "timeout": ["--timeout=60"],
    "vcrpy": ["--record-mode=none"],
}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the emulator as it is installed from a wheel."""
    folder = tmp_path_factory.mktemp("site")
    install_emulator(folder / "packages", clone(folder))
    return folder / "packages"


def assert_passed(outcome: Outcome, **others: int) -> None:
    """Fail unless all tests passed, besides so many others."""
    assert outcome.counts == {"passed": outcome.counts.get("passed", 0), **others}, outcome.told
    assert outcome.counts["passed"] >= 10, outcome.told


@pytest.mark.parametrize("tool", FLAGS)
def test_the_sample_project_and_what_the_tool_offers_pass_together(tool: str, site: Path, tmp_path: Path) -> None:
    project = copy_project("sample_project", tool.replace("-", "_"), tmp_path)
    outcome = run_pytest(tool, project, site, *FLAGS[tool])
    assert_passed(outcome, **({"xfailed": 1} if tool == "timeout" else {}))


@pytest.mark.parametrize("tool", ["responses", "requests-mock"])
def test_the_sample_project_passes_beside_a_mock_of_requests(tool: str, site: Path, tmp_path: Path) -> None:
    project = copy_project("sample_project", tool.replace("-", "_"), tmp_path)
    assert_passed(run_pytest(tool, project, site, f"--ignore={BESIDE}"))


def test_the_ways_out_stand_in_the_docs() -> None:
    page = (ROOT / "docs" / "testing.md").read_text("utf-8").partition("## Beside other plugins")[2]
    assert [
        word
        for word in (*FLAGS["socket"], "ignore_localhost", "func_only", "asyncio.to_thread", "pook.enable_network")
        if word not in page
    ] == []
    assert [tool for tool in (*TOOLS.keys() - {*GENERATORS, "vcrpy"}, "VCR.py") if tool not in page] == []


@pytest.mark.parametrize("tool", ["responses", "requests-mock"])
def test_a_sandbox_is_asked_while_requests_is_mocked(tool: str, site: Path, tmp_path: Path) -> None:
    project = copy_project("sample_project", tool.replace("-", "_"), tmp_path)
    outcome = run_pytest(tool, project, site, BESIDE)
    assert outcome.counts == {"passed": 1}, outcome.told


def test_django_s_live_server_and_database_go_with_a_sandbox(site: Path, tmp_path: Path) -> None:
    project = copy_project("django_project", "django", tmp_path)
    assert_passed(run_pytest("django", project, site, DJANGO_SETTINGS_MODULE="settings_with_database"))


@pytest.mark.parametrize("sharing", [[], ["--case-emulator-shared"]])
def test_workers_share_an_emulator_or_have_one_each(sharing: list[str], site: Path, tmp_path: Path) -> None:
    project = copy_project("sample_project", "xdist", tmp_path)
    assert_passed(run_pytest("xdist", project, site, "-n", "2", *sharing))


def test_a_test_that_is_run_again_has_a_newborn_sandbox(site: Path, tmp_path: Path) -> None:
    project = copy_project("sample_project", "rerunfailures", tmp_path)
    assert_passed(run_pytest("rerunfailures", project, site), rerun=2)


def test_what_is_made_up_is_the_same_in_any_order_and_with_any_seed(site: Path, tmp_path: Path) -> None:
    project = copy_project("sample_project", "randomly", tmp_path)
    first, second = (run_pytest("randomly", project, site, "-v", "-s", f"--randomly-seed={n}") for n in (1, 2))
    for outcome in (first, second):
        assert_passed(outcome)
    order, made, drawn = r"^tests/\S+", "made .*", "drawn .*"
    assert [re.findall(made, first.told)] == [re.findall(made, second.told)] != [[]]
    assert re.findall(drawn, first.told) != re.findall(drawn, second.told)
    assert re.findall(order, first.told, re.M) != re.findall(order, second.told, re.M)


def test_a_start_that_is_cut_off_is_made_again(site: Path, tmp_path: Path) -> None:
    project = copy_project("sample_project", "timeout_at_start", tmp_path)
    outcome = run_pytest("timeout", project, site, BESIDE)
    assert outcome.counts == {"passed": 2, "xfailed": 1}, outcome.told
    assert "unraisable" not in outcome.told
