"""Every row that is one request: what may be answered, and that a refused request leaves no trace."""

from collections import Counter

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
NUMBERED = tuple(enumerate(ROWS))
IDS = [row.id.encode("ascii", "backslashreplace").decode() for row in ROWS]


@pytest.mark.parametrize(("place", "row"), NUMBERED, ids=IDS)
def test_each_row_is_answered_as_the_table_says(shared_emulator: Emulator, place: int, row: Row) -> None:
    emulator = shared_emulator.of(f"bad-input-{row.number}-{place}")
    answers.check(emulator, row, answers.send(emulator, row.request))


def test_each_row_has_a_name_of_its_own() -> None:
    assert [name for name, many in Counter(row.id for row in ROWS).items() if many > 1] == []
