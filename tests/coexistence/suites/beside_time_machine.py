"""time-machine: it moves the clock of the whole process, below Python; the emulator's is another process."""

import datetime

import pytest
import time_machine

MOMENT = "2031-05-04T12:00:00Z"


@time_machine.travel(MOMENT, tick=False)
@pytest.mark.case_emulator(frozen=False, delay=0.05)
def test_a_webhook_is_waited_for_though_the_time_stands_still(sandbox):
    sandbox.aplyid.create_case(activity={"external_id": "order-1"})
    assert sandbox.webhooks.wait(external_id="order-1").json["status"] == "completed"
    assert datetime.datetime.now(datetime.UTC).year == 2031


@time_machine.travel(MOMENT, tick=False)
@pytest.mark.case_emulator(frozen=MOMENT)
def test_both_clocks_stand_at_the_same_moment(sandbox):
    assert sandbox.clock.now == datetime.datetime.now(datetime.UTC)
    sandbox.aplyid.create_case()
    sandbox.webhooks.assert_none()


def test_the_time_goes_back_for_the_test_alone(time_machine, sandbox):
    time_machine.move_to("1999-12-31T23:59:59Z")
    assert sandbox.clock.now.year > 2000
    sandbox.aplyid.create_case()
    sandbox.clock.advance(60)
    assert len(sandbox.webhooks.received) == 1
