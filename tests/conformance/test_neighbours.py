"""What the real framework answers to the requests of `neighbours`, which is what the emulator answers."""

import json
from typing import Any

from emulator.app import build_emulator
from emulator.settings import Settings
from tests.conformance import neighbours

ACTIVITY_MISSING = Settings(switch=("aplyid.activity-missing=activity",), no_background=True)  # as in the reference
CRASHED = 500  # the framework does, at an array of attributes; an emulator never answers 5xx
KEY = {"X-Workflow-Access-Key": "test_neighbours"}


def test_every_field_with_every_odd_value_is_answered_as_the_framework_does() -> None:
    recorded = json.loads(neighbours.RECORDED.read_text("utf-8"))
    built = build_emulator(ACTIVITY_MISSING)
    client = built.app.test_client(use_cookies=False)
    differences = []
    for (about, request), expected in zip(neighbours.requests(), recorded, strict=True):
        answer = client.post("/integrations/core/cases", json=request, headers=KEY)
        assert answer.status_code < CRASHED
        if expected and (answer.status_code, shown(answer.json)) != (expected["status"], shown(expected["body"])):
            differences.append(f"{about}: {answer.text:.200} instead of {json.dumps(expected['body']):.200}")
    built.store.close()
    assert differences == []
    assert len(recorded) - recorded.count(None) > 1_500


def shown(body: Any) -> Any:
    """What the reference knows of an answer."""
    if "client" not in body:
        return body
    names = ("external_id", "name")
    return [body["external_id"], body["status"], *(body["client"][name] for name in names)]
