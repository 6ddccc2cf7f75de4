"""Every row that is one request: what may be answered, and that a refused request leaves no trace.

The rows of one number are one test, which names each that is wrong. Rows that must be refused share a sandbox, because
they leave nothing in it; if something is there at the end, each is sent again by itself.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial
from zlib import crc32

import pytest

from tests.bad_input import (
    answers,
    rows_aplyid,
    rows_aplyid_nested,
    rows_dates,
    rows_framing,
    rows_json,
    rows_numbers,
    rows_shape,
    rows_sphinxhq,
    rows_strangers,
    rows_strings,
    rows_types,
)
from tests.bad_input.table import Row
from tests.emulators import Emulator

MODULES = (
    *(rows_framing, rows_types, rows_json, rows_shape, rows_numbers, rows_strings, rows_dates),
    *(rows_strangers, rows_aplyid, rows_aplyid_nested, rows_sphinxhq),
)
ROWS = tuple(row for module in MODULES for row in module.ROWS)
GROUPS = sorted({(row.number, row.provider) for row in ROWS})


@pytest.mark.parametrize(("number", "provider"), GROUPS)
def test_each_row_is_answered_as_the_table_says(shared_emulator: Emulator, number: int, provider: str) -> None:
    rows = [row for row in ROWS if (row.number, row.provider) == (number, provider)]
    refused = [row for row in rows if "accepted" not in row.expected]
    taken = [row for row in rows if "accepted" in row.expected]
    alone = partial(check_alone, shared_emulator)
    together = shared_emulator.of(f"bad-input-{number}-{provider}")
    found = failures(alone, taken) | failures(partial(check_voice, together), refused)
    if leaves_something(together, provider):
        found |= {"what is refused": "leaves something"} | failures(alone, refused)
    assert found == {}


def check_alone(shared: Emulator, row: Row) -> None:
    """Check a row, and what it leaves, in a sandbox of its own."""
    emulator = shared.of(f"bad-input-{row.number}-{crc32(row.id.encode('utf-8', 'backslashreplace'))}")
    answers.check(emulator, row, answers.send(emulator, row.request))


def check_voice(emulator: Emulator, row: Row) -> None:
    answers.check_voice(row, answers.send(emulator, row.request))


def leaves_something(emulator: Emulator, provider: str) -> bool:
    try:
        answers.check_nothing_stored(emulator, provider)
    except AssertionError:
        return True
    return False


def failures(check: Callable[[Row], None], rows: list[Row]) -> dict[str, str]:
    """Check each row, and return what the failed checks say, by row."""
    found = {}
    for row in rows:
        try:
            check(row)
        except Exception as error:
            found[row.id] = f"{type(error).__name__}: {error}"
    return found


def test_each_row_has_a_name_of_its_own() -> None:
    assert [name for name, many in Counter(row.id for row in ROWS).items() if many > 1] == []
