"""pytest-xdist: the workers share an emulator or have one each, and no test sees another."""

import pytest


@pytest.mark.parametrize("number", range(12))
def test_none_sees_another(sandbox, number):
    assert sandbox.aplyid.create_case(activity={"external_id": "the-same"})["case_id"] == 1024
    sandbox.clock.advance(60)
    assert len(sandbox.webhooks.received) == 1
