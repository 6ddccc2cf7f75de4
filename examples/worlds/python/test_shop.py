"""The shop in a sandbox of its own for each test, whose clock stands still until a wait moves it."""

import pytest
from shop import Refused, Shop

pytestmark = pytest.mark.case_emulator(skip=True)


@pytest.fixture
def shop(sandbox):
    shop = Shop(sandbox.url, sandbox.access_key)
    sandbox.configure(webhook_url=shop.url)
    yield shop
    shop.close()


@pytest.mark.parametrize(("outcome", "state"), [("approved", "deliver"), ("denied", "cancel"), ("undecided", "call")])
def test_the_decision_decides(shop, sandbox, outcome, state):
    sandbox.outcomes.next(outcome)
    order = shop.place("order-1", "Mary Chen", "mary")
    assert order["state"] == "waiting"
    assert order["link"].startswith("http")
    sandbox.webhooks.wait(external_id="order-1")
    assert (order["state"], order["decisions"], order["decided_by"]) == (state, 1, order["case"])


def test_two_orders_of_two_customers(shop, sandbox):
    sandbox.outcomes.next("denied")
    first, second = shop.place("order-1", "Mary Chen", "mary"), shop.place("order-2", "Jo Doe", "jo")
    assert first["client"] != second["client"]
    sandbox.webhooks.wait(external_id="order-1")
    sandbox.webhooks.wait(external_id="order-2")
    assert (first["state"], second["state"]) == ("cancel", "deliver")


def test_a_customer_comes_again(shop):
    first, second = shop.place("order-1", "Mary Chen", "mary"), shop.place("order-2", "Mary Chen", "mary")
    assert first["client"] == second["client"]
    assert first["case"] != second["case"]


def test_a_refusal_has_a_reason(shop):
    with pytest.raises(Refused, match=r"\w"):  # which words it has for several problems is not documented
        shop.place("order-1", "", "mary")


def test_a_wrong_key_is_refused(shop):
    shop.key = "wrong"
    with pytest.raises(Refused, match="Unauthorized"):
        shop.place("order-1", "Mary Chen", "mary")
