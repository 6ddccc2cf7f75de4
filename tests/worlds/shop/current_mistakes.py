"""Shops with one mistake each about Sphinx' current generation."""

from collections.abc import Mapping
from typing import Any

from shop.clerk import CASES
from shop.orders import NotAllowed, Order
from shop.shop import Shop


class GivesUpAt401(Shop):
    """Takes a token that is refused for the end of all."""

    def again(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        raise NotAllowed


class KeepsForAnHour(Shop):
    """Keeps a token for an hour, whatever the service says, and asks for a new one only then."""

    def again(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        if self.life < 3600:
            raise NotAllowed
        return super().again(method, path, body)


class ComparesType(Shop):
    """Compares the type of a token letter by letter."""

    def read_token(self, told: Any) -> None:
        assert told["token_type"] == "Bearer"
        super().read_token(told)


class FlagInBody(Shop):
    """Asks in the body alone for a restart."""

    def ask_to_restart(self, path: str) -> tuple[int, Any]:
        return self.request("POST", path, {"allow_restart": True})


class FlagInQuery(Shop):
    """Asks in the query alone for a restart."""

    def ask_to_restart(self, path: str) -> tuple[int, Any]:
        return self.request("POST", f"{path}?allow_restart=true", {})


class Takes202ForNothing(Shop):
    """Takes a 202 for a start without effect."""

    def has_begun(self, status: int, told: Any) -> bool:
        return status == 200


class KnowsFourStates(Shop):
    """Knows four states of a check."""

    def is_ready(self, word: str) -> bool:
        return {"PENDING": False, "DECIDING": False, "DECIDED": True, "ERROR": True}[word]


class LeavesOut(Shop):
    """Leaves a key of the metadata out to be rid of it."""

    def relabel(self, order: Order, **changes: Any) -> Any:
        kept = {name: value for name, value in changes.items() if value is not None}
        _, told = self.request("PATCH", f"{CASES}{order.case_id}/", {"metadata": kept})
        return told["metadata"]


CURRENT_MISTAKES: Mapping[str, type[Shop]] = {
    kind.__name__: kind
    for kind in (
        GivesUpAt401,
        KeepsForAnHour,
        ComparesType,
        FlagInBody,
        FlagInQuery,
        Takes202ForNothing,
        KnowsFourStates,
        LeavesOut,
    )
}
FOUND_IN_CURRENT: Mapping[str, str] = {
    "GivesUpAt401": "token-ends-early",
    "KeepsForAnHour": "sphinxhq.token-life=60",
    "ComparesType": "sphinxhq.token-type=bearer",
    "FlagInBody": "sphinxhq.restart-flag=query",
    "FlagInQuery": "sphinxhq.restart-flag=body",
    "Takes202ForNothing": "sphinxhq.start-status=202",
    "KnowsFourStates": "sphinxhq.queued-check=SUBMITTED",
    "LeavesOut": "sphinxhq.patch-metadata=merge",
}
