"""A small shop that has its customers identified; it is right in every world. Mistakes are subclasses of it."""

import json
import socket
import threading
from datetime import datetime
from typing import Any, BinaryIO

from shop.clerk import Clerk
from shop.orders import NotAllowed, Order, Refused
from shop.sockets import Message, ask, read_body, read_head

APLYID, SPHINX = "/integrations/core/cases", "/api/cases/"
STATES = {"approved": "deliver", "denied": "cancel", "ACCEPTED": "deliver", "REJECTED": "cancel"}


class Shop(Clerk):
    """Places orders at both services and receives their webhooks, in memory."""

    def __init__(self, base: str, key: str) -> None:
        self.base, self.key = base, key
        self.orders: dict[str, Order] = {}
        self.seen: set[object] = set()
        self.lock = threading.Lock()
        self.maintenance = False

    # What it asks of APLYiD.

    def place(
        self, reference: str, name: str = "Mary Chen", customer: str | None = None, email: str = "", **activity: Any
    ) -> Order:
        """Open a case for an order, which is kept first: its webhook may be faster than the answer."""
        order = self.keep(reference)
        client = {"client_type": "individual", "name": name, "clientable_attributes": _named(name)}
        client |= ({"external_id": customer} if customer else {}) | ({"email": email} if email else {})
        body = {"activity": {"name": "Order", "nature": "New", "external_id": reference, **activity}, "client": client}
        status, told = ask("POST", self.base + APLYID, body, X_Workflow_Access_Key=self.key)
        self.check(status, told)
        order.case_id, order.client_id = told["case_id"], told["client"]["id"]
        order.link = self.link(told["case_url"])
        return order

    def keep(self, reference: str) -> Order:
        return self.orders.setdefault(reference, Order(reference))

    def link(self, url: str) -> str:
        assert url.startswith("http")
        return url

    def check(self, status: int, told: Any) -> None:
        """Raise NotAllowed or Refused unless the status is 201."""
        if status in (401, 403):
            raise NotAllowed(self.reason(told))
        if status != 201:
            raise Refused(self.reason(told))

    def reason(self, told: Any) -> str:
        """Return the reason of a refusal as text."""
        assert told, "the service gives no reason"
        return told["message"] if "message" in told else json.dumps(told)

    # What it asks of Sphinx.

    def screen(self, reference: str, name: str = "Mary Chen", checks: Any = (), webhooks: str = "") -> Order:
        """Open a case at Sphinx for a customer of that reference."""
        order = self.keep(reference)
        body = {"customer": {"full_name": name, "external_id": reference}, "checks": list(checks)}
        body |= {"webhook_url": webhooks} if webhooks else {}
        status, told = ask("POST", self.base + SPHINX, body, Cookie=f"sessionid={self.key}")
        self.check(status, told)
        order.case_id, order.client_id = told["id"], told["customer"]["id"]
        self.note_fresh(order, told)
        return order

    def note_fresh(self, order: Order, told: Any) -> None:
        assert self.state_of(told) == "call"
        order.opened_at = self.moment(told["created_at"])

    def state_of(self, told: Any) -> str:
        return STATES.get(told["outcome"], "call")

    def moment(self, text: str) -> datetime:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))

    def catch_up(self, reference: str) -> None:
        """Read back a case whose webhook did not come."""
        order = self.orders[reference]
        _, told = ask("GET", f"{self.base}{SPHINX}{order.case_id}/", None, Cookie=f"sessionid={self.key}")
        if told["status"] == "COMPLETED":
            self.decide(order, ("read", told["id"]), self.state_of(told), told["id"])

    # What it receives.

    def take(self, stream: BinaryIO, connection: socket.socket) -> int:
        """Return the status to answer to a request, 0 for none."""
        path, headers = read_head(stream)
        if not path:
            return 0  # somebody knocked
        message = Message(path, headers, b"")
        message.body = self.body(stream, connection, message)
        return 503 if self.maintenance else self.receive(message)

    def body(self, stream: BinaryIO, connection: socket.socket, message: Message) -> bytes:
        return read_body(stream, message)

    def receive(self, message: Message) -> int:
        told = json.loads(message.body)
        return self.of_aplyid(message, told) if message.path == "/aplyid" else self.of_sphinx(told)

    def of_aplyid(self, message: Message, told: Any) -> int:
        if self.header(message, "X-Workflow-Event-Type") != "case.completed":
            return 204
        order = self.find(told["external_id"])
        state = STATES.get(told["client"]["approval_status"], "call")
        if order is None:
            return 404
        self.decide(order, self.header(message, "X-Workflow-Webhook-Id"), state, told["case_id"])
        return 204

    def of_sphinx(self, told: Any) -> int:
        order = self.find(told["customer"]["external_id"])
        if order is None:
            return 404
        self.decide(order, (told["id"], told["updated_at"]), self.state_of(told), told["id"])
        return 204

    def header(self, message: Message, name: str) -> str:
        return message.header(name)

    def find(self, reference: str) -> Order | None:
        return self.orders.get(reference)

    def decide(self, order: Order, event: object, state: str, case_id: int) -> None:
        """Decide about an order once, however often the event comes."""
        with self.lock:
            if event in self.seen:
                return
            self.seen.add(event)
            order.state, order.told_case_id = state, case_id
            order.decisions += 1


def _named(name: str) -> dict[str, str]:
    first, _, last = name.partition(" ")
    return {"firstname": first or "x", "lastname": last or "x"}
