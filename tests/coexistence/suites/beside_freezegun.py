"""freezegun: the time of the test stands still, that of the emulator's process does not."""

import datetime

import pytest
from freezegun import freeze_time

MOMENT = "2031-05-04T12:00:00Z"


@freeze_time(MOMENT)
@pytest.mark.case_emulator(frozen=False, delay=0.05)
def test_a_webhook_is_waited_for_though_the_time_stands_still(sandbox):
    sandbox.aplyid.create_case(activity={"external_id": "order-1"})
    assert sandbox.webhooks.wait(external_id="order-1").json["status"] == "completed"
    with pytest.raises(AssertionError):
        sandbox.webhooks.assert_none()
    assert datetime.datetime.now(datetime.UTC).year == 2031


@freeze_time(MOMENT)
@pytest.mark.case_emulator(frozen=MOMENT)
def test_both_clocks_stand_at_the_same_moment(sandbox):
    assert sandbox.clock.now == datetime.datetime.now(datetime.UTC)
    sandbox.aplyid.create_case()
    sandbox.webhooks.assert_none()


def test_the_time_moves_with_the_sandbox(sandbox):
    with freeze_time(MOMENT) as frozen:
        sandbox.clock.freeze(datetime.datetime.now(datetime.UTC))
        sandbox.aplyid.create_case()
        frozen.tick(3600)
        sandbox.clock.advance(3600)
        assert sandbox.clock.now == datetime.datetime.now(datetime.UTC)
        assert len(sandbox.webhooks.received) == 1
