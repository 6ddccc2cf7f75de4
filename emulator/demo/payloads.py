"""What the demo's routes answer, as types; see `emulator/control/payloads.py`."""

from typing import TypedDict


class ReceiverPayload(TypedDict):
    """The demo's own receiver of webhooks: where it listens, and whether it does."""

    url: str
    is_on: bool


class StoryClockPayload(TypedDict):
    """How the clock of a sandbox ran before a story stopped it; the factor is 0 for one that stood still."""

    mode: str
    factor: float


class StoryPayload(TypedDict):
    """The story that is told in a sandbox, its case once it is open, and the clock before it; null where none is."""

    story: str | None
    case_id: int | None
    clock: StoryClockPayload | None
