"""What the demo's routes answer, as types; see `emulator/control/payloads.py`."""

from typing import TypedDict


class ReceiverPayload(TypedDict):
    """The demo's own receiver of webhooks: where it listens, and whether it does."""

    url: str
    is_on: bool
