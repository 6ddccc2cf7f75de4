"""The webhooks of a sandbox: wait for them, and read their exact bytes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from emulator.client.address import SandboxAddress, without_none
from emulator.client.payloads import Attempt, Json
from emulator.client.transport import Refusal

__tracebackhide__ = True  # pytest shows the line of the test that called, not ours

OURS = ("body", "attempts", "skipped")  # the fields that are made of something else
KEPT_OR_SENT = ("delivered", "inbox", "blocked")


class WebhookMissing(AssertionError):
    """No matching webhook came in time; the text says which webhooks there are instead."""


class UnexpectedWebhook(AssertionError):
    """A webhook came although none was expected."""


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """One webhook: the exact headers and bytes that were sent, or would have been to a receiver that is not there."""

    id: str
    provider: str
    event: str
    case_id: int
    external_id: str | None
    url: str | None
    state: str
    rule: str | None
    headers: Mapping[str, str]
    body: bytes
    attempts: tuple[Attempt, ...]
    skipped: float = 0.0  # seconds that the wait for it moved the clock

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Webhooks:
    """The webhooks of one sandbox."""

    address: SandboxAddress
    skips: bool = False  # whether `wait` skips time unless told

    def wait(
        self,
        *,
        external_id: str | None = None,
        case_id: int | None = None,
        provider: str | None = None,
        event: str | None = None,
        timeout: float | timedelta = 5.0,
        skip: bool | None = None,
    ) -> Webhook:
        """Wait for the first webhook that matches and was delivered, or kept instead of sent; raise WebhookMissing.

        `timeout` is in seconds. On a frozen clock no webhook comes until the clock is advanced; with `skip` the wait
        does that, from one moment at which something is due to the next, and fails at once when nothing is. Raise
        Refusal for a provider or an event that the emulator does not know.
        """
        filters = {"external_id": external_id, "case_id": case_id, "provider": provider, "event": event}
        skips = int(self.skips if skip is None else skip)
        try:
            told = self.address.ask("GET", "deliveries/wait", timeout=timeout, skip=skips, **filters)
        except Refusal as refusal:
            if refusal.status != 408:
                raise  # of a filter that the emulator does not know, say: no reason to believe that nothing came
            raise WebhookMissing(_report(refusal)) from None
        came = next(webhook for webhook in map(_webhook, told["deliveries"]) if webhook.state in KEPT_OR_SENT)
        return replace(came, skipped=told.get("skipped", 0.0))

    def assert_none(
        self,
        *,
        external_id: str | None = None,
        case_id: int | None = None,
        provider: str | None = None,
        event: str | None = None,
        timeout: float | timedelta = 0.5,
        skip: bool = False,
    ) -> None:
        """Check that no webhook matches, now or within the timeout; raise UnexpectedWebhook.

        Return at once if the clock stands still and nothing is due; with `skip`, go on until nothing more is due,
        deletions included. Raise Refusal for a provider or an event that the emulator does not know.
        """
        filters = {"external_id": external_id, "case_id": case_id, "provider": provider, "event": event}
        try:
            self.address.ask("GET", "deliveries/wait", timeout=timeout, expect="none", skip=int(skip), **filters)
        except Refusal as refusal:
            if refusal.status != 409:
                raise
            raise UnexpectedWebhook(_report(refusal)) from None

    async def wait_async(self, **wanted: Any) -> Webhook:
        """Wait as `wait` does, in a thread, so that a receiver in the loop of this test can answer."""
        import asyncio

        return await asyncio.to_thread(self.wait, **wanted)

    async def assert_none_async(self, **wanted: Any) -> None:
        """Check as `assert_none` does, in a thread."""
        import asyncio

        await asyncio.to_thread(self.assert_none, **wanted)

    @property
    def received(self) -> list[Webhook]:
        """The webhooks that were delivered, or kept instead of sent, oldest first: for a test that feeds a handler."""
        return [webhook for webhook in self.all if webhook.state in KEPT_OR_SENT]

    @property
    def all(self) -> list[Webhook]:
        """The newest thousand webhooks, also those that failed or wait for an attempt."""
        return [_webhook(delivery) for delivery in self.address.ask("GET", "deliveries")["deliveries"]]

    def redeliver(self, webhook: "Webhook | str") -> Webhook:
        """Send a webhook again, with the same id and bytes."""
        webhook_id = webhook.id if isinstance(webhook, Webhook) else webhook
        return _webhook(self.address.ask("POST", f"deliveries/{webhook_id}/redeliver"))

    def send_on(self, webhook: "Webhook | str", url: str) -> Json:
        """Send a webhook once to a URL, also one that was kept, and return what the receiver did with it."""
        webhook_id = webhook.id if isinstance(webhook, Webhook) else webhook
        sent: Json = self.address.ask("POST", f"deliveries/{webhook_id}/send-on", {"url": url})
        return sent

    def test(self, url: str | None = None) -> Json:
        """Send a made-up webhook to the sandbox's webhook_url, or to `url`, and return in words what became of it."""
        tested: Json = self.address.ask("POST", "webhook-test", without_none(url=url))
        return tested


def _webhook(delivery: Mapping[str, Any]) -> Webhook:
    plain = {name: delivery[name] for name in Webhook.__dataclass_fields__ if name not in OURS}
    return Webhook(**plain, body=delivery["body"].encode(), attempts=tuple(delivery["attempts"]))


def _report(refusal: Refusal) -> str:
    """Return why the emulator refused, then a line for each delivery that there is."""
    body = refusal.body if isinstance(refusal.body, dict) else {}
    lines = [
        f"  {delivery['event']} of {delivery['provider']} case {delivery['case_id']}: {delivery['state']}"
        + (f", {delivery['reason']}" if delivery["reason"] else "")
        for delivery in body.get("deliveries", ())
    ]
    return "\n".join([refusal.detail, *lines])
