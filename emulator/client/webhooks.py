"""The webhooks of a sandbox: waiting for them, and their exact bytes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.client.address import SandboxAddress
from emulator.client.transport import Refusal

KEPT_OR_SENT = ("delivered", "inbox", "blocked")


class WebhookMissing(AssertionError):
    """No such webhook came in time; the text says what there is instead."""


class UnexpectedWebhook(AssertionError):
    """A webhook came that should not have."""


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """One webhook: the exact headers and bytes that were sent, or would have been where nobody listens."""

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
    attempts: tuple[Mapping[str, Any], ...]

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Webhooks:
    """The webhooks of one sandbox."""

    address: SandboxAddress

    def wait(
        self,
        *,
        external_id: str | None = None,
        case_id: int | None = None,
        provider: str | None = None,
        event: str | None = None,
        timeout: float = 5.0,
    ) -> Webhook:
        """Wait for the first webhook that matches and was delivered, or kept instead of sent; raise WebhookMissing.

        On a frozen clock nothing comes until the clock is advanced. Raise Refusal for a provider or event that the
        emulator does not know.
        """
        wanted = {"external_id": external_id, "case_id": case_id, "provider": provider, "event": event}
        try:
            told = self.address.ask("GET", "deliveries/wait", timeout=timeout, **wanted)
        except Refusal as refusal:
            if refusal.status != 408:
                raise  # a filter that the emulator does not know, say: no reason to believe that nothing came
            raise WebhookMissing(_told(refusal)) from None
        return next(found for found in map(_webhook, told["deliveries"]) if found.state in KEPT_OR_SENT)

    def assert_none(
        self,
        *,
        external_id: str | None = None,
        case_id: int | None = None,
        provider: str | None = None,
        event: str | None = None,
        timeout: float = 0.5,
    ) -> None:
        """Check that no webhook matches, now or within the timeout; raise UnexpectedWebhook.

        Return at once if the clock stands still and nothing is due. Raise Refusal for a provider or event that the
        emulator does not know.
        """
        wanted = {"external_id": external_id, "case_id": case_id, "provider": provider, "event": event}
        try:
            self.address.ask("GET", "deliveries/wait", timeout=timeout, expect="none", **wanted)
        except Refusal as refusal:
            if refusal.status != 409:
                raise
            raise UnexpectedWebhook(_told(refusal)) from None

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


def _webhook(told: Mapping[str, Any]) -> Webhook:
    plain = {name: told[name] for name in Webhook.__dataclass_fields__ if name not in ("body", "attempts")}
    return Webhook(**plain, body=told["body"].encode(), attempts=tuple(told["attempts"]))


def _told(refusal: Refusal) -> str:
    """Why, and each delivery there is in one line."""
    body = refusal.body if isinstance(refusal.body, dict) else {}
    there = [
        f"  {found['event']} of {found['provider']} case {found['case_id']}: {found['state']}"
        + (f", {found['reason']}" if found["reason"] else "")
        for found in body.get("deliveries", ())
    ]
    return "\n".join([refusal.detail, *there])
