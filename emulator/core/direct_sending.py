"""Make single attempts outside the outbox: send a webhook on to another URL, and try out a receiver."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from emulator.core.clock import WallClock
from emulator.core.deliveries import Attempt, Delivery, DeliveryFilter, DeliveryState
from emulator.core.errors import NotFound
from emulator.core.ports import Sender, Store
from emulator.core.sandboxes import Sandboxes, is_as_shown
from emulator.masking import masked_url
from emulator.quick_dataclass import dataclass

TEST_EVENT = "test"
HINTS = {
    401: "does it check a signature or a key? This test has none that it knows",
    403: "does it check a signature or a key? This test has none that it knows",
    404: "is this the path at which it takes webhooks?",
    405: "is this the path at which it takes webhooks? They are sent by POST",
}


@dataclass(frozen=True, slots=True)
class SentOn:
    """What became of one attempt, and the URL that was dialled."""

    url: str
    attempt: Attempt


@dataclass(frozen=True, slots=True)
class TestedReceiver:
    """What became of a test, in words; the attempt is None where nobody could be reached."""

    url: str
    is_fine: bool
    words: str
    body: bytes
    attempt: Attempt | None


@dataclass(frozen=True, kw_only=True)
class DirectSending:
    """Attempts that nothing repeats and no delivery remembers; the journal has those of webhooks."""

    store: Store
    clock: WallClock
    sandboxes: Sandboxes
    sender: Sender
    find_obstacle: Callable[[str], str | None]  # why nobody would be reached at a URL
    note: Callable[[Delivery, Attempt], None]

    def send_on(self, sandbox: str, delivery_id: str, url: str) -> SentOn:
        """Send a webhook once to a URL, with its id and bytes, and return what became of it; raise NotFound.

        Its delivery stays as it is. A reset waits for the attempt, as for those of the outbox.
        """
        with self.sandboxes.in_flight.one_of(sandbox):
            delivery = self._find(sandbox, delivery_id)
            dialled = self._unmasked(sandbox, url, delivery.url)
            sent = replace(delivery, url=dialled, faults=(), slowly=None)
            attempt = self.sender.send(sent).masked()
            self.note(sent, attempt)
        return SentOn(masked_url(dialled), attempt)

    def test(self, sandbox: str, url: str | None) -> TestedReceiver | None:
        """Send a made-up webhook to a URL, or to that of the sandbox, and say what became of it; None: there is none.

        First nobody is sent anything: whoever does not listen is described as `doctor` does.
        """
        dialled = self._unmasked(sandbox, url, None) if url else self.sandboxes.look(sandbox).settings.webhook_url
        if dialled is None:
            return None
        test = self._test_of(sandbox, dialled)
        obstacle = self.find_obstacle(dialled)
        if obstacle:
            return TestedReceiver(masked_url(dialled), False, obstacle, test.body, None)
        with self.sandboxes.in_flight.one_of(sandbox):
            attempt = self.sender.send(test).masked()
        return TestedReceiver(masked_url(dialled), attempt.ok, words_of(dialled, attempt), test.body, attempt)

    def _find(self, sandbox: str, delivery_id: str) -> Delivery:
        with self.store.reading() as read:
            found = read.find_deliveries(sandbox, DeliveryFilter(id=delivery_id), 1)
        if not found:
            raise NotFound("delivery", delivery_id)
        return found[0].delivery

    def _unmasked(self, sandbox: str, url: str, own: str | None) -> str:
        """Return the URL to dial: the known one with its secrets if `url` is its masked form, else `url` itself."""
        known = (own, self.sandboxes.look(sandbox).settings.webhook_url)
        return next((each for each in known if each and is_as_shown(url, each)), url)

    def _test_of(self, sandbox: str, url: str) -> Delivery:
        text = {"event": TEST_EVENT, "sandbox": sandbox, "message": "a test of case-emulator: nothing happened"}
        return Delivery(
            id="test",
            sandbox=sandbox,
            provider=TEST_EVENT,
            case_id=0,
            event=TEST_EVENT,
            url=url,
            headers={"Content-Type": "application/json", "X-Case-Emulator-Test": "true"},
            body=json.dumps(text).encode(),
            state=DeliveryState.IN_FLIGHT,
            created_at=self.clock.now(),
            due_at=None,
        )


def words_of(url: str, attempt: Attempt) -> str:
    """Return in a sentence what a receiver did with a test."""
    place = masked_url(url)
    if attempt.ok:
        took = attempt.took / timedelta(milliseconds=1)
        return f"somebody listens at {place} and took it: {attempt.status} in {took:.0f} ms"
    hint = HINTS.get(attempt.status or 0)
    return f"somebody listens at {place}, but {attempt.error}{f': {hint}' if hint else ''}"
