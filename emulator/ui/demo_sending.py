"""Send a request of a client's, in this process, to the routes that a client would ask."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.ui.asking import Asker


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A request, and what was answered."""

    method: str
    path: str
    body: Mapping[str, Any]
    status: int
    answer: Any


def send(asker: Asker, box: str, provider: str, body: Mapping[str, Any] | None = None, **more: Any) -> Sent:
    """Open a case: with that body, else with made-up people; `more` is put into it."""
    from werkzeug.test import Client

    sample = asker.get(f"{box}/samples/{provider}", seed=more.pop("seed", None))
    sent = {**(body or sample["body"]), **more}
    client = Client(asker.application, use_cookies=False)
    told = client.open(sample["path"], method=sample["method"], headers=sample["headers"], data=json.dumps(sent))
    return Sent(
        method=sample["method"],
        path=sample["path"],
        body=sent,
        status=told.status_code,
        answer=json.loads(told.get_data() or b"null"),
    )
