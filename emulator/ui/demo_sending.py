"""Send a request of a client's, in this process, to the routes that a client would ask."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.ui.asking import Asker
from emulator.web import inside


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """What was answered; without a status a planned fault cut the connection."""

    status: int | None
    answer: str


def send(asker: Asker, box: str, provider: str, body: Mapping[str, Any] | None = None, **more: Any) -> Sent:
    """Open a case: with that body, else with made-up people; `more` is put into it."""
    sample = asker.get(f"{box}/samples/{provider}", seed=more.pop("seed", None))
    sent = json.dumps({**(body or sample["body"]), **more}).encode()
    told = inside.ask(asker.application, sample["method"], sample["path"], sample["headers"], sent, quiet=False)
    return Sent(status=told.status, answer=told.body.decode("utf-8", "replace"))
