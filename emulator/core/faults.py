"""Planned misbehaviour: what it is aimed at, how often it strikes, and until when."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from emulator.core.matching import Match, match_of_json, match_to_json
from emulator.core.randomness import SeededRandom
from emulator.core.sandbox_clock import from_micros, to_micros

MOST_FAULTS = 100


class Side(StrEnum):
    """Where a fault strikes."""

    API = "api"
    WEBHOOK = "webhook"


class FaultKind(Protocol):
    """What a fault does: one small class a kind, whose fields are its settings; its docstring is its documentation."""

    kind: ClassVar[str]
    side: ClassVar[Side]


def setting(default: Any, told: str, *, low: float | None = None, high: float | None = None, **more: Any) -> Any:
    """A field of an effect: its default (... where one is needed), what it means, and its bounds (length of texts)."""
    metadata = {"told": told, "low": low, "high": high, **more}
    if default is ...:
        return field(metadata=metadata)
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One fault of a sandbox; `settings` is JSON text that its kind reads."""

    id: str
    kind: str
    match: Match
    until: datetime  # wall time: a clock that stands still must not keep a fault alive
    times: int | None = None  # how often it still strikes; None: as often as it fits
    probability: float = 1.0
    seen: int = 0  # how often it fitted so far, which the draw depends on
    settings: str = "{}"

    @property
    def name(self) -> str:
        """As it is told in journal and deliveries."""
        return f"{self.kind} ({self.id})"

    def counted(self, *, triggered: bool) -> "Fault":
        """The same after it fitted once more."""
        spent = self.times is not None and triggered
        return replace(self, seen=self.seen + 1, times=(self.times or 0) - 1 if spent else self.times)

    @property
    def is_used_up(self) -> bool:
        """Will it never strike again?"""
        return self.times is not None and self.times <= 0


@dataclass(frozen=True, slots=True)
class FaultHit:
    """A fault that strikes, and chance for what it draws."""

    fault: Fault
    random: SeededRandom


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultContext:
    """What happens where a fault may strike; the document is asked for only when a fault looks into it."""

    provider: str
    path: str | None
    document: Callable[[], Any]


def trigger(
    faults: Sequence[Fault],
    context: FaultContext,
    wall: datetime,
    random: Callable[[str], SeededRandom],
    exclusive: Collection[str],
) -> tuple[list[FaultHit], list[Fault]]:
    """Which strike, in the order they were added, and what is left of all; of the kinds in `one_of` the first only."""
    hits: list[FaultHit] = []
    after: list[Fault] = []
    for fault in faults:
        if fault.until <= wall:
            continue
        taken = fault.kind in exclusive and any(hit.fault.kind in exclusive for hit in hits)
        if taken or not _fits(fault, context):
            after.append(fault)
            continue
        drawn = random(f"fault/{fault.id}/{fault.seen}")
        triggered = fault.probability >= 1 or drawn.share("strikes") < fault.probability
        if triggered:
            hits.append(FaultHit(fault, drawn))
        counted = fault.counted(triggered=triggered)
        after += [] if counted.is_used_up else [counted]
    return hits, after


def _fits(fault: Fault, context: FaultContext) -> bool:
    document = context.document() if fault.match.conditions else None
    return fault.match.fits(context.provider, context.path, document)


def fault_to_json(fault: Fault) -> dict[str, Any]:
    """As it is kept."""
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


def fault_of_json(value: Mapping[str, Any]) -> Fault:
    """The fault that was written so."""
    read = {
        "match": match_of_json(value["match"]),
        "until": from_micros(value["until"]),
        "settings": json.dumps(value["settings"]),
    }
    return Fault(**{**value, **read})
