"""Every row that is one request: what may be answered, and that a refused request leaves no trace."""

from collections import Counter

import pytest

from tests.bad_input import answers, rows_framing, rows_json, rows_types
from tests.bad_input.table import Row
from tests.emulators import Emulator

ROWS = (*rows_framing.ROWS, *rows_types.ROWS, *rows_json.ROWS)
NUMBERED = tuple(enumerate(ROWS))


@pytest.mark.parametrize(("place", "row"), NUMBERED, ids=[row.id.encode().decode("ascii", "replace") for row in ROWS])
def test_each_row_is_answered_as_the_table_says(shared_emulator: Emulator, place: int, row: Row) -> None:
    emulator = shared_emulator.of(f"bad-input-{row.number}-{place}")
    answers.check(emulator, row, answers.send(emulator, row.request))


def test_each_row_has_a_name_of_its_own() -> None:
    assert [name for name, many in Counter(row.id for row in ROWS).items() if many > 1] == []
