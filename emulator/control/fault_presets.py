"""The faults that are planned most often, each ready to be planned as it stands."""

from collections.abc import Sequence

from emulator.control.payloads import FaultPresetPayload

PRESETS: Sequence[FaultPresetPayload] = (
    {
        "name": "503 once",
        "does": "The next request is answered 503.",
        "fault": {"kind": "status", "status": 503, "times": 1},
    },
    {
        "name": "Slow 5 s",
        "does": "The next request is answered after five seconds.",
        "fault": {"kind": "latency", "seconds": 5, "times": 1},
    },
    {
        "name": "429",
        "does": "The next request is answered 429 with Retry-After.",
        "fault": {"kind": "rate_limit", "times": 1},
    },
    {
        "name": "Drop the next webhook",
        "does": "The next webhook is never sent.",
        "fault": {"kind": "drop", "times": 1},
    },
    {
        "name": "Duplicate",
        "does": "The next webhook is sent twice, with the same id and bytes.",
        "fault": {"kind": "duplicate", "times": 1},
    },
)
