"""A process that runs little tests against one emulator: `python -m tests.control.little_tests URL HOOK PROCESS MANY`.

Every test names its client and its case as all the others do; only the key is its own.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.emulators import Emulator

EXTERNAL_ID, CUSTOMER = "order-1", "customer-1"
START = datetime(2030, 1, 1, tzinfo=UTC)
OUTCOMES = (("approved", "REJECTED"), ("denied", "PENDING"), ("no_decision_yet", "ACCEPTED"))


def key_of(process: int, number: int) -> str:
    """The sandbox of one test."""
    return f"suite-{process}-{number}"


def outcomes_of(process: int, number: int) -> tuple[str, str]:
    """What is planned for its two cases."""
    return OUTCOMES[(process + number) % len(OUTCOMES)]


class LittleTest:
    """One test of somebody's suite, start to end; raises AssertionError with words."""

    def __init__(self, emulator: Emulator, hook: str, process: int, number: int) -> None:
        self.mine, self.hook = emulator.of(key_of(process, number)), f"{hook}/{key_of(process, number)}"
        self.start = START + timedelta(days=process, hours=number)
        self.aplyid_outcome, self.sphinxhq_outcome = outcomes_of(process, number)

    def run(self) -> None:
        """Everything a test does: prepare, act, look, clean up."""
        self.ask("PATCH", "", {"delay": 2, "webhook_url": f"{self.hook}/aplyid"})
        self.ask("PATCH", "clock", {"mode": "frozen", "at": self.start.isoformat()})
        self.ask("POST", "outcomes/next", {"provider": "aplyid", "outcome": self.aplyid_outcome})
        self.ask("POST", "outcomes/next", {"provider": "sphinxhq", "outcome": self.sphinxhq_outcome})
        self.open_cases()
        self.expect_nothing("")
        self.advance()
        self.look_at_deliveries()
        self.expect_nothing("?external_id=order-2")
        newborn = self.ask("POST", "reset", {})
        same(newborn["used"], False, "used after its reset")
        same(self.ask("GET", "deliveries")["count"], 0, "deliveries after its reset")

    def open_cases(self) -> None:
        """One of each provider, with the first ids that are documented."""
        case = self.mine.aplyid.open_case(activity__external_id=EXTERNAL_ID, client__external_id=CUSTOMER)
        same((case["case_id"], case["client"]["id"]), (1024, 8843), "ids at APLYiD")
        customer = {"full_name": "Mary Chen", "external_id": CUSTOMER}
        case = self.mine.sphinxhq.open_case(customer=customer, webhook_url=f"{self.hook}/sphinxhq")
        same((case["id"], case["customer"]["id"]), (1, 124), "ids at Sphinx")

    def advance(self) -> None:
        """Two seconds later both cases have ended, and nobody else's."""
        happened = self.ask("POST", "clock/advance", {"seconds": 2})["happened"]
        kinds = sorted((event["kind"], event["provider"], event["case_id"]) for event in happened)
        both = (("aplyid", 1024), ("sphinxhq", 1))
        steps = ("case_completed", "case_processing", "delivery_attempted")
        same(kinds, [(kind, *case) for kind in steps for case in both], "what happened")

    def look_at_deliveries(self) -> None:
        """Exactly its own, with its own outcomes, on its own clock."""
        found = self.ask("GET", f"deliveries/wait?external_id={EXTERNAL_ID}&timeout=10")["deliveries"]
        same(len(found), 1, "deliveries by external id")
        same(found[0]["url"], f"{self.hook}/aplyid", "where it went")
        same(json.loads(found[0]["body"])["client"]["approval_status"], self.aplyid_outcome, "outcome at APLYiD")
        found = self.ask("GET", "deliveries/wait?provider=sphinxhq&timeout=10")["deliveries"]
        same(len(found), 1, "deliveries of Sphinx")
        same(json.loads(found[0]["body"])["outcome"], self.sphinxhq_outcome, "outcome at Sphinx")
        ended = self.start + timedelta(seconds=2)
        same(datetime.fromisoformat(found[0]["created_at"]), ended, "the time of the webhook")
        every = self.ask("GET", "deliveries")["deliveries"]
        same(
            [(d["state"], len(d["attempts"]), d["rule"]) for d in every], [("delivered", 1, "next outcome")] * 2, "all"
        )

    def expect_nothing(self, query: str) -> None:
        """No delivery that fits has come, nor will."""
        joined = f"{query}&" if query else "?"
        same(self.ask("GET", f"deliveries/wait{joined}expect=none&timeout=10")["count"], 0, f"deliveries {query}")

    def ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Ask the control API, which must say yes."""
        answer = self.mine.control(method, path, body)
        assert answer.ok, f"{method} {path} in {self.mine.sandbox}: {answer.status_code} {answer.text}"
        told: dict[str, Any] = answer.json()
        return told


def same(found: Any, expected: Any, what: str) -> None:
    """They are equal, or the test says which were not."""
    assert found == expected, f"{what}: expected {expected}, found {found}"


def main(url: str, hook: str, process: str, many: str) -> None:
    """Run so many of them; the first that fails ends it, with words."""
    emulator = Emulator(url)
    for number in range(int(many)):
        try:
            LittleTest(emulator, hook, int(process), number).run()
        except AssertionError as error:
            sys.exit(f"{key_of(int(process), number)}: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
