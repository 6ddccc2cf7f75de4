"""The suite of the shop: a program without a framework that writes a JUnit file; exit code 1 when a test fails.

SHOP_MISTAKE names a shop with a mistake, SHOP_WEAK=1 lets no assertion fail, SHOP_RESULTS is the JUnit file.
"""

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

sys.path[0] = str(Path(__file__).parents[1])

from shop.mistakes import BROKEN, MOMENTS, shop_class  # noqa: E402
from shop.orders import NotAllowed, Refused  # noqa: E402
from shop.shop import Shop  # noqa: E402
from shop.sockets import Server, ask  # noqa: E402

BASE = os.environ["APLYID_BASE_URL"]
MISTAKE = os.environ.get("SHOP_MISTAKE", "")
MOMENT = MOMENTS.get(MISTAKE, BROKEN)
TESTS: list[Callable[[str], None]] = []


def test(function: Callable[[str], None]) -> Callable[[str], None]:
    TESTS.append(function)
    return function


def control(name: str, method: str, path: str, body: object = None) -> object:
    status, told = ask(method, f"{BASE}/_emulator/sandboxes/{name}{path}", {} if body is None else body)
    assert status < 400, (status, told)
    return told


@contextmanager
def shop_at(name: str, frozen: bool = True) -> Iterator[tuple[Shop, str]]:
    """A shop with a sandbox of its own and the address of its receiver; the clock of the sandbox stands still."""
    shop = shop_class(MISTAKE)(BASE, f"test_{name}")
    with Server(shop) as server:
        control(name, "POST", "/reset")
        control(name, "PATCH", "", {"webhook_url": f"{server.url}/aplyid", "delay": 8})
        if frozen:
            control(name, "PATCH", "/clock", {"mode": "frozen", "at": MOMENT})
        yield shop, f"{server.url}/sphinx"
        control(name, "POST", "/reset")
        server.shutdown()


def later(name: str, seconds: float = 9) -> None:
    control(name, "POST", "/clock/advance", {"seconds": seconds})


def is_acknowledged(name: str) -> bool:
    """Whether the shop accepted every webhook, so that none comes again."""
    told = control(name, "GET", "/deliveries")
    return all(each["state"] == "delivered" for each in told["deliveries"])  # type: ignore[index]


def outcome(name: str, word: str, times: int = 1) -> None:
    control(name, "POST", "/outcomes/next", {"outcome": word, "times": times})


def refusal_of(ask_for: Callable[[], object]) -> str:
    """The reason for which the service refuses this."""
    try:
        ask_for()
    except Refused as refused:
        return str(refused)
    raise AssertionError("not refused")


@test
def approved_is_delivered(name: str) -> None:
    with shop_at(name) as (shop, _):
        order = shop.place("order-1")
        assert order.state == "waiting"
        later(name)
        assert (order.state, order.decisions) == ("deliver", 1)
        assert order.told_case_id == order.case_id
        assert is_acknowledged(name)


@test
def denied_is_cancelled_and_undecided_waits_for_a_call(name: str) -> None:
    with shop_at(name) as (shop, _):
        outcome(name, "denied")
        outcome(name, "undecided")
        first = shop.place("order-1")
        later(name)
        second = shop.place("order-2")
        later(name)
        assert (first.state, second.state) == ("cancel", "call")


@test
def webhooks_of_two_customers_find_their_orders(name: str) -> None:
    with shop_at(name) as (shop, _):
        outcome(name, "denied")
        first = shop.place("order-1", customer="mary")
        control(name, "PATCH", "", {"delay": 8.1})
        second = shop.place("order-2", customer="jo")
        assert first.client_id != second.client_id
        later(name)
        assert (first.state, second.state) == ("cancel", "deliver")


@test
def a_customer_is_reused(name: str) -> None:
    with shop_at(name) as (shop, _):
        first, second = shop.place("order-1", customer="mary"), shop.place("order-2", customer="mary")
        assert first.client_id == second.client_id
        assert first.case_id != second.case_id


@test
def a_refusal_is_told_with_its_reason(name: str) -> None:
    with shop_at(name) as (shop, _):
        for wrong in ({"name": " "}, {"name": " ", "email": "odd"}, {"status": "odd"}):
            assert refusal_of(lambda wrong=wrong: shop.place("order-1", **wrong))


@test
def a_wrong_key_is_told(name: str) -> None:
    with shop_at(name) as (shop, _):
        shop.key = "wrong"
        for ask_for in (shop.place, shop.screen):
            try:
                ask_for("order-1")
            except NotAllowed:
                continue
            raise AssertionError("a wrong key was accepted")


@test
def a_webhook_may_come_at_any_time(name: str) -> None:
    with shop_at(name, frozen=False) as (shop, _):
        order = shop.place("order-1")
        later(name)
        assert order.state == "deliver"


@test
def sphinx_decides_by_webhook(name: str) -> None:
    with shop_at(name) as (shop, webhooks):
        order = shop.screen("order-1", webhooks=webhooks, checks=[{"check_type": "PEP"}])
        later(name)
        assert (order.state, order.decisions, order.told_case_id) == ("deliver", 1, order.case_id)


@test
def sphinx_is_read_when_the_webhook_was_missed(name: str) -> None:
    with shop_at(name) as (shop, webhooks):
        order = shop.screen("order-1", webhooks=webhooks)
        shop.maintenance = True
        later(name)
        shop.maintenance = False
        later(name, 3600)
        shop.catch_up("order-1")
        assert order.state == "deliver"


@test
def sphinx_tells_which_check_is_wrong(name: str) -> None:
    with shop_at(name) as (shop, _):
        wrong = [{"check_type": "PEP"}, {"check_type": "NONSENSE"}]
        assert "NONSENSE" in refusal_of(lambda: shop.screen("order-1", checks=wrong))


@test
def a_current_case_is_labelled_and_started_again(name: str) -> None:
    with shop_at(name) as (shop, webhooks):
        order = shop.enlist("order-1", webhooks, {"shelf": "A1", "old": "x"})
        later(name, 120)
        assert (order.state, order.decisions, order.told_case_id) == ("deliver", 1, order.case_id)
        assert shop.relabel(order, shelf="B2", old=None) in ({"shelf": "B2", "old": None}, {"shelf": "B2"})
        assert shop.labels(order)["shelf"] == "B2"
        first = order.case_id
        assert shop.restart(order)
        assert order.case_id != first
        later(name)
        assert (order.state, order.decisions) == ("deliver", 2)
        assert is_acknowledged(name)


@test
def nobody_is_served_with_a_token_that_has_ended(name: str) -> None:
    with shop_at(name) as (shop, webhooks):
        order = shop.enlist("order-1", webhooks, {})
        before = shop.token
        later(name, 7200)
        try:
            shop.labels(order)
        except NotAllowed:
            return  # a shop that gives up then has another mistake
        assert shop.token != before


def run(one: Callable[[str], None]) -> str | None:
    """Return why a test failed, None for a good one."""
    try:
        with suppress(*([Exception] if os.environ.get("SHOP_WEAK") else [])):
            one(one.__name__[:50].lower())
    except Exception:
        return traceback.format_exc()
    return None


def main() -> None:
    found = {one.__name__: run(one) for one in TESTS}
    rows = [
        f"<testcase classname='shop' name={quoteattr(name)}>"
        + (f"<failure>{escape(why)}</failure>" if why else "")
        + "</testcase>"
        for name, why in found.items()
    ]
    if "SHOP_RESULTS" in os.environ:
        Path(os.environ["SHOP_RESULTS"]).write_text(f"<testsuite>{''.join(rows)}</testsuite>", "utf-8")
    for name, why in found.items():
        sys.stdout.write(f"{name}: {why or 'good'}\n")
    sys.exit(1 if any(found.values()) else 0)


if __name__ == "__main__":
    main()
