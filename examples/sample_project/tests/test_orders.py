"""Orders: what is asked of APLYiD, and what its answers mean."""

import pytest


def test_an_order_opens_a_case_and_waits_for_its_decision(shop, sandbox):
    assert shop.order("order-1", "Mary Chen") == 201
    assert shop.state("order-1") == "waiting"
    [asked] = sandbox.requests.find(provider="aplyid", body={"activity.external_id": "order-1"})
    assert asked["status"] == 201


def test_an_order_is_delivered_once_its_customer_is_approved(shop, sandbox):
    shop.order("order-1")
    sandbox.webhooks.assert_none()
    sandbox.clock.advance("PT1H")
    [webhook] = sandbox.webhooks.received
    assert shop.receive(webhook) == 204
    assert shop.state("order-1") == "deliver"


@pytest.mark.parametrize(
    ("outcome", "state"), [("denied", "cancelled"), ("undecided", "call the customer"), ("approved", "deliver")]
)
def test_what_is_decided_decides_about_the_order(shop, sandbox, outcome, state):
    sandbox.outcomes.next(outcome)
    shop.order("order-1")
    sandbox.clock.advance(60)
    shop.receive(sandbox.webhooks.wait(external_id="order-1"))
    assert shop.state("order-1") == state


def test_customers_of_that_domain_are_denied_and_no_others(shop, sandbox):
    sandbox.outcomes.when({"client.email": {"contains": "@risky."}}, outcome="denied")
    shop.order("order-1", email="jo@risky.example")
    shop.order("order-2", email="jo@safe.example")
    sandbox.clock.advance(60)
    for webhook in sandbox.webhooks.received:
        shop.receive(webhook)
    assert (shop.state("order-1"), shop.state("order-2")) == ("cancelled", "deliver")


def test_without_a_reference_of_ours_no_webhook_comes(sandbox):
    from emulator.client import LEAVE_OUT

    sandbox.aplyid.create_case(activity={"external_id": LEAVE_OUT})
    sandbox.clock.advance("P1D")
    sandbox.webhooks.assert_none()


def test_an_outage_is_overcome_by_trying_again(shop, sandbox):
    sandbox.faults.add("status", provider="aplyid", status=503, times=2)
    assert shop.order("order-1") == 201
    assert [asked["status"] for asked in sandbox.requests.find(provider="aplyid")] == [503, 503, 201]


def test_an_outage_that_lasts_is_told_to_the_customer(shop, sandbox):
    sandbox.faults.add("status", provider="aplyid", status=503)
    assert shop.order("order-1") == 503
    assert shop.state("order-1") == "waiting"
    sandbox.faults.clear()
    assert shop.order("order-1") == 201
    assert len(sandbox.cases.all()) == 1


def test_what_aplyid_refuses_is_not_tried_again(shop, sandbox):
    assert shop.order("order-1", name=" ") == 422
    assert sandbox.requests.count(provider="aplyid", status=422) == 1
    assert shop.state("order-1") == "refused"
