"""pytest-rerunfailures: the sandbox of a test that is run again is newborn."""

import pytest

runs = []


@pytest.mark.flaky(reruns=2)
def test_its_sandbox_is_newborn_at_every_run(sandbox):
    runs.append(1)
    assert sandbox.aplyid.create_case(activity={"external_id": "order-1"})["case_id"] == 1024
    sandbox.faults.add("status", provider="aplyid", status=503)
    sandbox.clock.advance(60)
    assert len(sandbox.webhooks.received) == 1
    assert len(runs) == 3
