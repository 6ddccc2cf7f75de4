"""What the schemas read from bodies, as types."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypedDict

from emulator.web.json_text import writer

KEPT_FOR_EVER = -1


class CustomerPayload(TypedDict, total=False):
    """What CustomerIn reads."""

    full_name: str
    external_id: str | None
    customer_type: str | None
    input_details: object
    delete_after: int
    sync_platforms: list[dict[str, object]]  # in the current generation


class CheckPayload(TypedDict, total=False):
    """What CheckIn reads."""

    check_type: str | None
    input_details: object
    document_ids: list[int]
    delete_after: int


class CasePayload(TypedDict, total=False):
    """What NewCaseIn reads."""

    customer_id: int
    customer: CustomerPayload
    webhook_url: str | None
    notes: str
    rfi: str | None
    checks: list[CheckPayload]
    document_ids: list[int]
    delete_after: int


LONGEST_RECURRING = 200  # characters of details that are remembered: most cases and checks have the same few
write_details = writer()  # the JSON of what is stored with a case, a check or a customer


def read_details(text: str) -> Mapping[str, Any]:
    """Return what was stored by `write_details`, to be read only: others are given the same."""
    details: Mapping[str, Any] = _read_again(text) if len(text) <= LONGEST_RECURRING else json.loads(text)
    return details


_read_again = lru_cache(maxsize=256)(json.loads)


def retention_of(payload: Mapping[str, Any]) -> int | None:
    """Return the days that `delete_after` says, None for never."""
    days: int = payload.get("delete_after", KEPT_FOR_EVER)
    return None if days == KEPT_FOR_EVER else days
