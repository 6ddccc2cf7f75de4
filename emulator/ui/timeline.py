"""Lay a case out on one time axis, as the numbers of a drawing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import log1p
from typing import Any

from emulator.quick_dataclass import dataclass
from emulator.ui import phrases, state_marks

LEFT, RIGHT = 48, 48  # pixels, room for the first and the last label
NEAREST, WIDEST = 88, 150  # pixels between two marks
LETTER = 7.2  # pixels


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, or is expected."""

    at: datetime
    title: str
    tone: str
    shape: str
    came: bool  # False: it is expected
    result: str = ""


@dataclass(frozen=True, slots=True)
class Placed:
    """An event on the axis, in pixels, and how long it came after the one before."""

    x: int
    title: str
    time: str
    exact: str
    tone: str
    shape: str
    came: bool
    result: str
    gap: str
    gap_x: int
    before_x: int


def draw(events: Sequence[Event]) -> tuple[int, list[Placed]]:
    """Return the width of the drawing and the events on it; gaps grow with the logarithm of the wait."""
    placed: list[Placed] = []
    x, before, last = LEFT, None, 0
    for event in sorted(events, key=lambda event: event.at):
        start = x
        seconds = (event.at - before).total_seconds() if before else 0.0
        if before is not None:
            room = round(LETTER * (last + _letters(event)) / 2) + 12  # half of both labels
            x += max(room, min(WIDEST, NEAREST + round(7 * log1p(seconds))))
        stamp = event.at.isoformat(timespec="milliseconds")
        gap = phrases.span(seconds) if seconds >= 0.05 else ""
        exact = f"{stamp[:10]} {stamp[11:23]} UTC"
        mark = (event.title, stamp[11:23], exact, event.tone, event.shape, event.came, event.result)
        placed.append(Placed(x, *mark, gap if before else "", (start + x) // 2, start))
        before, last = event.at, _letters(event)
    return x + RIGHT, placed


def _letters(event: Event) -> int:
    """Return the length of the event's longest line; the line with its time has 12 letters."""
    return max(len(event.title), len(event.result), 12)


def events_of(
    case: Mapping[str, Any],
    request: Mapping[str, Any] | None,
    webhooks: Sequence[Mapping[str, Any]],
    retry: list[float],
) -> list[Event]:
    """Return everything about a case that has a time; `retry` are the seconds between attempts."""
    created = phrases.moment_of(case["created_at"])
    events = [Event(created, "created", "blue", "ring", True)]
    if request:
        events.append(Event(created - timedelta(milliseconds=request["took_ms"]), "request", "grey", "dot", True))
    events += _steps(case)
    for number, webhook in enumerate(webhooks, 1):
        events += _attempts(webhook, retry, f"webhook {number} " if len(webhooks) > 1 else "")
    return events


def _steps(case: Mapping[str, Any]) -> Iterator[Event]:
    mark, updated = state_marks.of_case(case), phrases.moment_of(case["updated_at"])
    ends = phrases.moment_of(case["ends_at"]) if case["ends_at"] else None
    starts = phrases.moment_of(case["starts_at"]) if case["starts_at"] else None
    if case["state"] == "waiting":
        return
    if case["state"] in ("open", "processing"):
        if starts and case["state"] == "open":
            yield Event(starts, "processing", "blue", "ring", False)
        elif case["state"] == "processing":
            yield Event(updated, "processing", "blue", "ring", True)
        if ends and case["next_step_at"]:
            yield Event(ends, "completed", "grey", "ring", False)
        return
    if starts and starts <= updated and starts != ends:
        yield Event(starts, "processing", "blue", "ring", True)
    yield Event(updated, mark.word, mark.tone, mark.shape, True)


def _attempts(webhook: Mapping[str, Any], retry: list[float], lead: str) -> Iterator[Event]:
    for attempt in webhook["attempts"]:
        mark = state_marks.of_attempt(attempt)
        title, result = f"{lead}attempt {attempt['number']}", str(attempt["status"] or _silence(webhook, attempt))
        yield Event(phrases.moment_of(attempt["ended_at"]), title, mark.tone, mark.shape, True, result)
    if webhook["state"] in ("inbox", "blocked"):
        mark = state_marks.of_webhook(webhook)
        created = phrases.moment_of(webhook["created_at"])
        after_case = created + timedelta(microseconds=1)  # both have the same time
        yield Event(after_case, f"{lead}{mark.word}", mark.tone, "dot", True)
    if webhook["state"] == "scheduled" and webhook["next_attempt_at"]:
        yield from _expected(webhook, retry, lead)


def _silence(webhook: Mapping[str, Any], attempt: Mapping[str, Any]) -> str:
    """Return why an attempt has no status: nobody answered, or nobody was asked because that is not allowed."""
    return "not dialled" if webhook["state"] == "blocked" and attempt == webhook["attempts"][-1] else "no answer"


def _expected(webhook: Mapping[str, Any], retry: list[float], lead: str) -> Iterator[Event]:
    """Yield every attempt to come, if none delivers the webhook before."""
    at, made = phrases.moment_of(webhook["next_attempt_at"]), len(webhook["attempts"])
    waits = [0.0, *retry[made:]]
    for number, wait in enumerate(waits, made + 1):
        at += timedelta(seconds=wait)
        yield Event(at, f"{lead}attempt {number}", "amber", "clock", False)


def bars(deliveries: Sequence[Mapping[str, Any]], most: int = 40) -> dict[str, object] | None:
    """Return the latencies of the newest attempts as the numbers of a small chart; None: there was no attempt.

    Heights grow with the logarithm, so that one attempt of ten seconds leaves those of ten milliseconds to be seen.
    """
    attempts = [attempt for delivery in deliveries for attempt in delivery["attempts"]]
    attempts = sorted(attempts, key=lambda attempt: attempt["ended_at"])[-most:]
    if not attempts:
        return None
    times = [attempt["latency_ms"] for attempt in attempts]
    highest = max(times) or 1.0
    shown = [
        {
            "x": 6 * place,
            "height": max(2, round(40 * log1p(attempt["latency_ms"]) / log1p(highest))),
            "ok": state_marks.of_attempt(attempt).shape == "tick",
            "result": f"{attempt['status'] or attempt['error'] or 'no answer'} in {attempt['latency_ms']:.0f} ms",
        }
        for place, attempt in enumerate(attempts)
    ]
    return {"bars": shown, "width": 6 * most, "median": sorted(times)[len(times) // 2], "highest": highest}
