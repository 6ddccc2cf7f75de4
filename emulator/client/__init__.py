"""Drive a running emulator from any Python program: `with CaseEmulator("http://127.0.0.1:8642") as sandbox: ...`"""

from emulator.client.apis import LEAVE_OUT, Api, NotCreated, NotDone
from emulator.client.handle import CaseEmulator
from emulator.client.readiness import why_not_ready
from emulator.client.transport import Control, NotReached, Refusal
from emulator.client.webhooks import UnexpectedWebhook, Webhook, WebhookMissing

__all__ = [
    "LEAVE_OUT",
    "Api",
    "CaseEmulator",
    "Control",
    "NotCreated",
    "NotDone",
    "NotReached",
    "Refusal",
    "UnexpectedWebhook",
    "Webhook",
    "WebhookMissing",
    "why_not_ready",
]
