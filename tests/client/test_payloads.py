"""The payloads that readers of the control API know, against those that its views build."""

from typing import Any, get_type_hints

import pytest

from emulator.client import payloads as handle
from emulator.control import payloads_cases as control
from emulator.ui.flow import applicant_answers as flow

SAME = [
    (handle.Answer, control.AnswerPayload),
    (handle.Exchange, control.ExchangePayload),
    (flow.Owner, control.OwnerPayload),
    (flow.Applicant, control.ApplicantPayload),
]


def keys(payload: Any) -> dict[str, Any]:
    """The keys, and whether each is always there."""
    return {key: key in payload.__required_keys__ for key in get_type_hints(payload)}


@pytest.mark.parametrize(("read", "built"), SAME)
def test_what_is_read_has_the_keys_of_what_is_built(read: Any, built: Any) -> None:
    assert keys(read) == keys(built)
