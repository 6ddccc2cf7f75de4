"""Wait for what will be true soon, by asking again where the emulator has no way to tell us.

No test judges how long something took: on a busy machine everything takes long, and `make bench` is for that. A test
waits with a patience that only a failure uses up.
"""

import threading
import time
from collections.abc import Callable

PATIENCE = 60.0  # seconds


def wait_until(is_true: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Return once it is true; fail the test when it never is."""
    pause, deadline = threading.Event(), time.monotonic() + patience
    while not is_true():
        assert time.monotonic() < deadline, "it never came true"
        pause.wait(0.01)


def assert_ends(act: Callable[[], object], patience: float = PATIENCE) -> None:
    """Do it; fail the test when it does not come to its end."""
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    thread.join(patience)
    assert not thread.is_alive(), "it did not end"
