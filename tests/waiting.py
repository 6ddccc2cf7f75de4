"""Wait for what will be true soon, by asking again: the emulator has no way to tell us yet."""

import threading
import time
from collections.abc import Callable

PATIENCE = 15.0


def wait_until(is_true: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Return once it is true; fail the test when it never is."""
    pause, deadline = threading.Event(), time.monotonic() + patience
    while not is_true():
        assert time.monotonic() < deadline, "it never came true"
        pause.wait(0.01)
