"""How the shop asks Sphinx' current generation: with a token that may end at any time, and for what nobody promised."""

from typing import Any

from shop.orders import NotAllowed, Order
from shop.sockets import ask

CASES, TOKEN = "/api/cases/", "/api/oauth/token/"
CLIENT_ID = "7e57ed00-0000-4000-8000-000000000001"


class Clerk:
    """Asks with a token; mistakes are subclasses of the shop."""

    base: str
    key: str
    token: str | None = None
    life: float = 0.0  # seconds, as the service says

    def keep(self, reference: str) -> Order:
        raise NotImplementedError

    def check(self, status: int, told: Any) -> None:
        raise NotImplementedError

    def note_fresh(self, order: Order, told: Any) -> None:
        raise NotImplementedError

    def new_token(self) -> None:
        body = {"client_id": CLIENT_ID, "client_secret": self.key, "grant_type": "client_credentials"}
        status, told = ask("POST", self.base + TOKEN, body)
        if status != 200:
            raise NotAllowed(str(told))
        self.read_token(told)

    def read_token(self, told: Any) -> None:
        assert told["token_type"].lower() == "bearer"
        self.token, self.life = told["access_token"], told["expires_in"]

    def request(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Ask with the token; with a new one where there is none, or where it is refused."""
        if self.token is None:
            self.new_token()
        status, told = self.with_token(method, path, body)
        return self.again(method, path, body) if status == 401 else (status, told)

    def with_token(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        return ask(method, self.base + path, body, Authorization=f"Bearer {self.token}")

    def again(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        self.new_token()
        return self.with_token(method, path, body)

    def enlist(self, reference: str, webhooks: str, metadata: Any) -> Order:
        """Open a case of one check for a customer of that reference."""
        order = self.keep(reference)
        customer = {"full_name": "Mary Chen", "external_id": reference}
        body = {"customer": customer, "checks": [{"check_type": "PEP"}], "webhook_url": webhooks, "metadata": metadata}
        status, told = self.request("POST", CASES, body)
        self.check(status, told)
        order.case_id, order.client_id = told["id"], told["customer"]["id"]
        self.note_fresh(order, told)
        assert not self.is_ready(told["checks"][0]["status"])
        return order

    def is_ready(self, word: str) -> bool:
        """Return whether a check is, by its state."""
        return word in ("DECIDED", "ERROR")

    def relabel(self, order: Order, **changes: Any) -> Any:
        """Change the metadata of a case: read it, change it, and send it whole; None empties a key."""
        _, told = self.request("GET", f"{CASES}{order.case_id}/")
        _, told = self.request("PATCH", f"{CASES}{order.case_id}/", {"metadata": {**told["metadata"], **changes}})
        return told["metadata"]

    def labels(self, order: Order) -> Any:
        """The metadata of a case, as it stands."""
        _, told = self.request("GET", f"{CASES}{order.case_id}/")
        return told["metadata"]

    def restart(self, order: Order) -> bool:
        """Start a finished case again; return whether that began something."""
        order.state = "waiting"
        status, told = self.ask_to_restart(f"{CASES}{order.case_id}/start/")
        order.case_id = told["id"]
        return self.has_begun(status, told)

    def ask_to_restart(self, path: str) -> tuple[int, Any]:
        return self.request("POST", f"{path}?allow_restart=true", {"allow_restart": True})

    def has_begun(self, status: int, told: Any) -> bool:
        return status < 300 and not told["action_taken"].startswith("noop")
