"""The pages for testers: every sample in them runs, every table says what is so."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from email.parser import Parser
from pathlib import Path

import pytest

from emulator.core.deliveries import DeliveryState
from emulator.core.retry import STANDARD, parse_retry
from emulator.delivery.targets import Targets
from emulator.settings import Settings
from tests.commands import PLAIN_PYTEST, environment
from tests.docs.pages import samples
from tests.emulators import CREATE_CASE, Emulator, served
from tests.receivers import receiving

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = {
    name: (DOCS / f"{name}.md").read_text("utf-8") for name in ("testing", "webhooks", "time", "outcomes", "sphinx")
}
PAGES["readme"] = (ROOT / "README.md").read_text("utf-8")
ADDRESS = "http://127.0.0.1:8642"
TOLD = {  # by the commands of a page
    "webhooks": "webhook",
    "time": "2030-01-01T01:00:00",
    "outcomes": '"times": 2',
    "sphinx": '"external_id":"order-2"',
}
CHANGING = {
    r"--run-[0-9a-f]+": "--run-1b4e28",
    r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)": "2026-11-20T10:20:41Z",
    r"in \d+\.\d+ ms": "in 1.0 ms",
    r"http://127\.0\.0\.1:\d+": ADDRESS,
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}": "a1b2c3d4-e5f6-47a1-b2c3-d4e5f6a1b2c3",
    r"(?m)^-+( .* )-+$": r"-\1-",
}


def test_every_test_in_the_pages_passes(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    tests = {
        f"test_{name}_{number}": text
        for name, page in PAGES.items()
        for number, text in enumerate(samples(page, "python"))
    }
    assert all("def test_" in text for text in tests.values())
    pytester.makepyfile(**tests)
    done = pytester.runpytest_subprocess("-W", "error", "--strict-markers", *PLAIN_PYTEST, timeout=120)
    assert done.ret == 0
    assert done.parseoutcomes().keys() == {"passed"}


@pytest.mark.parametrize("name", ["webhooks", "time", "outcomes", "sphinx"])
def test_every_command_in_a_page_works(name: str, needs: Callable[[str], str], tmp_path: Path) -> None:
    needs("curl")
    (tmp_path / "case-emulator").write_text(f'#!/bin/sh\nexec {sys.executable} -m emulator "$@"\n', "utf-8")
    (tmp_path / "case-emulator").chmod(0o755)
    script = "\n".join(samples(PAGES[name], "sh")).replace("curl ", "curl -sS --noproxy '*' --fail-with-body ")
    with served() as emulator:
        path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
        env = environment(PATH=path, CASE_EMULATOR_PORT="0", PYTHONPATH=str(ROOT))
        shell = ["sh", "-ec", script.replace(ADDRESS, emulator.url)]
        done = subprocess.run(shell, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert TOLD[name] in done.stdout


def test_the_settings_in_the_page_are_understood(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    [settings] = samples(PAGES["testing"], "toml")
    (pytester.path / "pyproject.toml").write_text(settings, "utf-8")
    pytester.makepyfile(
        "def test_one(sandbox):\n"
        "    assert sandbox.configure()['delay'] == 0.5\n"
        "    assert sandbox.clock.now == sandbox.clock.now\n"
    )
    pytester.runpytest_subprocess("--strict-config", *PLAIN_PYTEST, timeout=60).assert_outcomes(passed=1)


FAILING = """
def test_an_order_is_approved(sandbox):
    sandbox.configure(delay=0)
    sandbox.aplyid.send({"client": {"name": "Acme Denied"}})
    order = {"name": "Order", "nature": "New customer", "external_id": "order-1"}
    sandbox.aplyid.send({"activity": order, "client": {"name": "Acme Denied", "client_type": "company"}})
    webhook = sandbox.webhooks.wait(external_id="order-1")
    assert webhook.json["client"]["approval_status"] == "approved"
"""


def test_the_report_of_a_failure_is_as_shown(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makepyfile(test_orders=FAILING)
    done = pytester.runpytest_subprocess(*PLAIN_PYTEST, "--tb=short", timeout=60)
    told = done.stdout.str()
    report = "-" + told[told.index(" case-emulator: requests") :].partition("\n=====")[0]
    for pattern, instead in CHANGING.items():
        report = re.sub(pattern, instead, report)
    [shown] = samples(PAGES["testing"], "text")
    assert report.strip() == shown.strip(), f"put this into docs/testing.md:\n{report}"


def test_a_webhook_is_sent_as_printed() -> None:
    [printed] = samples(PAGES["webhooks"], "http")
    first, _, rest = printed.partition("\n")
    head, _, body = rest.partition("\n\n")
    with receiving() as receiver, served(webhook_url=f"{receiver.url}/webhooks") as emulator:
        emulator.aplyid.post(CREATE_CASE["request"]["body"])
        came = receiver.next()
        sent = came.body.replace(emulator.url.encode(), ADDRESS.encode())
    assert first == f"POST {came.path} HTTP/1.1"
    assert sent.decode() == body.strip()
    expected = dict(Parser().parsestr(head).items())
    assert [name for name, _ in came.headers if name != "Host"] == [name for name in expected if name != "Host"]
    assert {name: value for name, value in came.headers if name not in ("Host", "X-Workflow-Webhook-Id")} == {
        **{name: expected[name] for name in expected if name not in ("Host", "X-Workflow-Webhook-Id")},
        "Content-Length": str(len(came.body)),
    }


def test_the_retries_are_as_printed() -> None:
    rows = re.findall(r"^\| (\d) \| (.*?) \| (.*?) \| (.*?) \|$", PAGES["webhooks"], re.M)
    units = {"s": 1, "min": 60, "h": 3600}
    for column, profile in ((1, STANDARD), (2, parse_retry("once")), (3, parse_retry("1,5,30"))):
        waits = [row[column].split() for row in rows if row[column] not in ("at once", "-")]
        assert [int(number) * units[unit] for number, unit in waits] == [wait.seconds for wait in profile.waits]
    assert len(rows) == 1 + len(STANDARD.waits)


def test_every_state_of_a_webhook_is_explained() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", PAGES["webhooks"], re.M)) == {str(state) for state in DeliveryState}


def test_the_targets_are_as_printed() -> None:
    policy, allowing = Targets(frozenset()), Targets(frozenset({"shop.acme.com"}))
    for host in ("localhost", "app.localhost", "10.1.2.3", "receiver", "host.docker.internal"):
        assert policy.objection(f"http://{host}:3000/") is None
    for host in ("example.com", "a.test", "a.invalid", "169.254.169.254"):
        assert Targets(frozenset({"*"})).objection(f"http://{host}/")
    assert "--allow-target shop.acme.com" in (policy.objection("https://shop.acme.com/") or "")
    assert allowing.objection("https://shop.acme.com/") is None


@pytest.mark.parametrize("row", re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \|$", PAGES["outcomes"], re.M))
def test_an_outcome_is_called_so_by_both(row: tuple[str, str, str], emulator: Emulator) -> None:
    outcome, at_aplyid, at_sphinx = row
    emulator.control("POST", "outcomes/next", {"outcome": outcome, "times": 2})
    emulator.control("PATCH", "clock", {"mode": "frozen"})
    emulator.aplyid.open_case()
    case = emulator.sphinxhq.open_case()
    emulator.control("POST", "clock/advance", {"seconds": 60})
    sphinx, told = emulator.sphinxhq.get(f"{case['id']}/").json(), [kept["body"] for kept in emulator.inbox()]
    assert f"`{sphinx['status']}`" in at_sphinx
    if outcome == "stuck":
        assert told == []
    else:
        words = at_aplyid if outcome != "failed" else "`no_decision_yet`"
        assert words.strip("`") in told[0] + told[1]
        assert f"`{sphinx['outcome']}`" in at_sphinx


def test_the_page_of_webhooks_is_about_the_default_settings() -> None:
    assert Settings().retry == "standard"
