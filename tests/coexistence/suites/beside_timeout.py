"""pytest-timeout: a test is cut off while it waits for its sandbox, and the next one finds all in order."""

import pytest


@pytest.mark.timeout(1, func_only=True)  # the start of the emulator is no part of it
@pytest.mark.xfail(reason="it is cut off", strict=True, raises=pytest.fail.Exception)
def test_that_is_cut_off(sandbox):
    sandbox.webhooks.wait(timeout=20, skip=False)


def test_that_comes_next(sandbox):
    sandbox.aplyid.create_case()
    sandbox.clock.advance(60)
    assert len(sandbox.webhooks.received) == 1
