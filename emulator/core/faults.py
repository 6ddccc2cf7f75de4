"""Planned faults: what they match, how often they trigger, and until when."""

import json
from collections.abc import Callable, Collection, Sequence
from copy import copy
from dataclasses import field, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from types import EllipsisType
from typing import ClassVar, Protocol, TypedDict, TypeVar

from emulator.core.matching import Match, MatchJson, match_of_json, match_to_json
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_clock import from_micros, to_micros
from emulator.quick_dataclass import dataclass

T = TypeVar("T")
MOST_FAULTS = 100
STANDING = "standing"  # the id of a fault of every sandbox, which none can take back


class Side(StrEnum):
    """Whether a fault applies to API calls or to webhooks."""

    API = "api"
    WEBHOOK = "webhook"


class FaultKind(Protocol):
    """The effect of a fault: one small class a kind, whose fields are its settings and whose docstring documents it."""

    kind: ClassVar[str]
    side: ClassVar[Side]


def setting(
    default: T | EllipsisType, meaning: str, *, low: float | None = None, high: float | None = None, **more: object
) -> T:
    """Declare a setting of a fault kind, as a dataclass field.

    A default of `...` makes the setting required. `low` and `high` bound a number, or the length of a text.
    """
    metadata = {"told": meaning, "low": low, "high": high, **more}
    if isinstance(default, EllipsisType):
        required: T = field(metadata=metadata)
        return required
    if isinstance(default, dict):
        return field(default_factory=partial(copy, default), metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One fault of a sandbox; `settings` is JSON text that its kind reads."""

    id: str
    kind: str
    match: Match
    until: datetime  # wall time: a frozen sandbox clock must not keep a fault alive
    times: int | None = None  # how often it triggers from now on; None: as often as it matches
    probability: float = 1.0
    seen: int = 0  # how often it matched so far; the next draw depends on it
    settings: str = "{}"

    @property
    def name(self) -> str:
        """Kind and id, as journal and deliveries show them."""
        return f"{self.kind} ({self.id})"

    @property
    def how(self) -> object:
        """The variant that its settings choose, for kinds that have variants."""
        return json.loads(self.settings).get("how")

    def has(self, name: str) -> bool:
        """Return whether a setting is true that its kind may leave out."""
        return bool(json.loads(self.settings).get(name))

    @property
    def is_standing(self) -> bool:
        """Whether it holds in every sandbox, whatever is set there."""
        return self.id == STANDING

    def counted(self, *, triggered: bool) -> "Fault":
        """Return the fault after one more match."""
        spent = self.times is not None and triggered
        return replace(self, seen=self.seen + 1, times=(self.times or 0) - 1 if spent else self.times)

    @property
    def is_used_up(self) -> bool:
        """Whether it will never trigger again."""
        return self.times is not None and self.times <= 0


class StoredFault(TypedDict):
    """A fault as the settings of a sandbox, and so snapshots, hold it."""

    id: str
    kind: str
    match: MatchJson
    until: int  # microseconds since 1970, wall time
    times: int | None
    probability: float
    seen: int
    settings: dict[str, object]


@dataclass(frozen=True, slots=True)
class FaultHit:
    """A fault that triggered, and the random source for what its kind draws."""

    fault: Fault
    random: SeededRandom


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultContext:
    """The request or webhook that faults are matched with; its JSON is read only when a fault looks into it."""

    provider: str
    path: str | None
    document: Callable[[], object]


def trigger(
    faults: Sequence[Fault],
    context: FaultContext,
    wall: datetime,
    random: Callable[[str], SeededRandom],
    exclusive: Collection[str],
) -> tuple[list[FaultHit], list[Fault]]:
    """Return the faults that trigger and those that remain, in the order they were added.

    At most one fault of the kinds in `exclusive` triggers. Expired and used-up faults do not remain.
    """
    hits: list[FaultHit] = []
    remaining: list[Fault] = []
    for fault in faults:
        if fault.until <= wall:
            continue
        taken = fault.kind in exclusive and any(hit.fault.kind in exclusive for hit in hits)
        if taken or not _fits(fault, context):
            remaining.append(fault)
            continue
        drawn = random(f"fault/{fault.id}/{fault.seen}")
        triggered = fault.probability >= 1 or drawn.share("strikes") < fault.probability
        if triggered:
            hits.append(FaultHit(fault, drawn))
        counted = fault.counted(triggered=triggered)
        remaining += [] if counted.is_used_up else [counted]
    return hits, remaining


def _fits(fault: Fault, context: FaultContext) -> bool:
    document = context.document() if fault.match.conditions else None
    return fault.match.fits(context.provider, context.path, document)


def fault_to_json(fault: Fault) -> StoredFault:
    """Return the fault as it is stored."""
    return {
        "id": fault.id,
        "kind": fault.kind,
        "match": match_to_json(fault.match),
        "until": to_micros(fault.until),
        "times": fault.times,
        "probability": fault.probability,
        "seen": fault.seen,
        "settings": json.loads(fault.settings),
    }


def fault_of_json(stored: StoredFault) -> Fault:
    """Return the fault that was stored so."""
    return Fault(
        id=stored["id"],
        kind=stored["kind"],
        match=match_of_json(stored["match"]),
        until=from_micros(stored["until"]),
        times=stored["times"],
        probability=stored["probability"],
        seen=stored["seen"],
        settings=json.dumps(stored["settings"]),
    )
