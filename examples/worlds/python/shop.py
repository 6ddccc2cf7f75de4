"""A shop that delivers once its customer was approved by APLYiD; it holds in every world."""

import json
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STATES = {"approved": "deliver", "denied": "cancel"}


class Refused(Exception):
    """APLYiD refused the order; the text is its reason."""


class Shop:
    """Orders in memory, and a receiver for webhooks on a port of its own."""

    def __init__(self, base: str, key: str) -> None:
        self.base, self.key = base, key
        self.orders: dict[str, dict] = {}
        self.seen: set[str] = set()
        self.lock = threading.Lock()  # in place of the unique constraint of a database
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def place(self, reference: str, name: str, customer: str) -> dict:
        """Keep the order, then open its case: the webhook may be faster than the answer."""
        order = self.orders[reference] = {"state": "waiting", "decisions": 0}
        first, _, last = name.partition(" ")
        body = {
            "activity": {"name": f"Order {reference}", "nature": "New customer", "external_id": reference},
            "client": {
                "name": name,
                "external_id": customer,
                "client_type": "individual",
                "clientable_attributes": {"firstname": first, "lastname": last},
            },
        }
        told = self._ask(body)
        order |= {"case": told["case_id"], "client": told["client"]["id"], "link": told["case_url"]}
        return order

    def _ask(self, body: dict) -> dict:
        headers = {"Content-Type": "application/json", "X-Workflow-Access-Key": self.key}
        url, data = f"{self.base}/integrations/core/cases", json.dumps(body).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as answer:
                assert answer.status == 201, answer.status
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise Refused(json.load(error)["message"]) from None

    def receive(self, headers, told: dict) -> None:
        """Decide about an order, once however often its webhook comes."""
        order = self.orders.get(told.get("external_id"))
        if headers["X-Workflow-Event-Type"] != "case.completed" or order is None:
            return  # none of our business
        with self.lock:
            if headers["X-Workflow-Webhook-Id"] in self.seen:
                return
            self.seen.add(headers["X-Workflow-Webhook-Id"])
            state = STATES.get(told["client"]["approval_status"], "call")
            order |= {"state": state, "decisions": order["decisions"] + 1, "decided_by": told["case_id"]}

    def _handler(shop):  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                try:
                    shop.receive(self.headers, json.loads(self._body()))
                    self.send_response(204)
                except ValueError:  # it broke off, and will come again
                    self.send_response(400)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def _body(self) -> bytes:
                if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = b""
                while size := int(self.rfile.readline() or b"0", 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                return body

            def log_message(self, *_) -> None:
                pass

        return Handler
