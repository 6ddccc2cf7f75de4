"""Tell the other processes of a store again and again that this one lives, so that they leave its webhooks to it."""

import logging
from collections.abc import Callable
from threading import Event, Thread

from emulator.core import outbox
from emulator.core.errors import StoreUnavailable

log = logging.getLogger("emulator.worker")
BEATS = 3  # in the time of a lease: two may fail


class Heartbeat:
    """A thread that calls `beat` three times in the time of a lease, until it is stopped."""

    def __init__(self, beat: Callable[[], None]) -> None:
        self._beat = beat
        self._stop = Event()
        self._thread = Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Beat no more."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(outbox.LEASE / BEATS):
            try:
                self._beat()
            except StoreUnavailable:  # of which the store has told
                continue
            except Exception:
                log.exception("the heartbeat stumbled")
