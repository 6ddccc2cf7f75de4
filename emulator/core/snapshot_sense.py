"""Refuse rows of a snapshot that no emulator could have written, before a later request stumbles over them."""

from collections.abc import Mapping, Sequence

from emulator.core.errors import Unreadable
from emulator.core.snapshot_rows import Row

Tables = Mapping[str, Sequence[Row]]
YEARS_100 = 36_525  # days; the clock never passes the year 9000, so that what is added to it has a date
LONGEST_DELAY = YEARS_100 * 86_400 * 1_000_000  # microseconds
# The least and the largest value of columns whose type says less; of every other whole number 0 is the least.
BOUNDS: Mapping[str, tuple[float, float]] = {
    "risk_score": (0, 1),
    "planned_risk": (0, 1),
    "retention_days": (0, YEARS_100),
    "takes": (0, LONGEST_DELAY),
    "slowly": (0, 10),
}
WHOLE = (0, 2**63)


def check_sense(tables: Tables) -> None:
    """Raise Unreadable for a number out of its range, and for rows that contradict each other."""
    for table, rows in tables.items():
        for row in rows:
            _check_bounds(table, row)
    _check_archived(tables["cases"])
    _check_replaced(tables["cases"])
    _check_attempts(tables["deliveries"], tables["attempts"])


def _check_bounds(table: str, row: Row) -> None:
    for name, value in row.items():
        least, most = BOUNDS.get(name, WHOLE)
        is_moment = name.endswith("_at")  # those before 1970 are below zero
        if isinstance(value, int | float) and not is_moment and not least <= value <= most:
            raise Unreadable(f"{table}: {name} {value} is not from {least} to {most}")


def _check_archived(cases: Sequence[Row]) -> None:
    """Raise Unreadable for a case that was archived before 1970, where no clock ever stood: no count would see it."""
    for case in cases:
        if isinstance(case["archived_at"], int) and case["archived_at"] <= 0:
            raise Unreadable(f"cases: {case['id']!r} cannot have been archived before 1970")


def _check_replaced(cases: Sequence[Row]) -> None:
    """Raise Unreadable unless each case that is replaced came before, and is archived if it is still there."""
    running = {(case["provider"], case["id"]) for case in cases if case["archived_at"] is None}
    for case in cases:
        replaced = case["replaces"]
        if isinstance(replaced, int) and ((case["provider"], replaced) in running or replaced >= _whole(case["id"])):
            raise Unreadable(f"cases: {case['id']!r} replaces {replaced}, which is not archived")


def _check_attempts(deliveries: Sequence[Row], attempts: Sequence[Row]) -> None:
    """Raise Unreadable for an attempt whose number is still to be used for the next one."""
    made = {delivery["id"]: _whole(delivery["attempts"]) for delivery in deliveries}
    for attempt in attempts:
        if _whole(attempt["number"]) > made.get(attempt["delivery_id"], WHOLE[1]):  # the store refuses those of none
            raise Unreadable(f"attempts: number {attempt['number']!r} of {attempt['delivery_id']!r} was not made yet")


def _whole(value: object) -> int:
    assert isinstance(value, int)  # read as such
    return value
