"""Webhooks that travel over the network, as in production, on good days and on bad ones."""

import pytest

pytestmark = pytest.mark.usefixtures("listening")


def test_a_webhook_arrives_and_is_answered(shop, sandbox):
    shop.order("order-1")
    sandbox.clock.advance(2)  # returns when the shop has answered
    assert shop.state("order-1") == "deliver"
    assert sandbox.webhooks.wait(external_id="order-1").state == "delivered"


def test_a_webhook_that_comes_twice_counts_once(shop, sandbox):
    sandbox.faults.add("duplicate")
    shop.order("order-1")
    sandbox.clock.advance(2)
    assert sandbox.requests.count(direction="out") == 2
    assert shop.decisions("order-1") == 1


def test_an_event_nobody_knows_is_ignored(shop, sandbox):
    sandbox.faults.add("unknown_event")
    shop.order("order-1")
    sandbox.clock.advance(2)
    assert sandbox.webhooks.wait().state == "delivered"
    assert shop.state("order-1") == "waiting"


def test_a_webhook_that_comes_during_maintenance_comes_again(app, shop, sandbox):
    app.config["MAINTENANCE"] = True
    shop.order("order-1")
    sandbox.clock.advance(2)
    assert shop.state("order-1") == "waiting"
    app.config["MAINTENANCE"] = False
    sandbox.clock.advance(5)
    assert shop.state("order-1") == "deliver"
    assert [made["status"] for made in sandbox.webhooks.wait().attempts] == [503, 204]


def test_a_webhook_may_be_faster_than_the_answer(shop, sandbox):
    sandbox.faults.add("early")
    shop.order("order-1")
    assert shop.state("order-1") == "deliver"


@pytest.mark.case_emulator(default_outcome="denied", delay=3600)
def test_a_webhook_can_be_sent_again_by_hand(shop, sandbox):
    shop.order("order-1")
    sandbox.clock.advance("PT1H")
    sandbox.webhooks.redeliver(sandbox.webhooks.wait())
    sandbox.clock.settle()
    assert (shop.state("order-1"), shop.decisions("order-1")) == ("cancelled", 1)
