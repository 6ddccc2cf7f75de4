"""A date of birth is found where Ruby finds it."""

import pytest

from emulator.providers.aplyid.dates import find_date

FIFTEENTH = """1990-01-15|19900115|15/01/1990|1990/01/15|15-01-1990|15.01.1990|1990.01.15|1990-01-15T10:00:00Z|
Mon, 15 Jan 1990 10:00:00 GMT|15 Jan 1990 10:00|1990 Jan 15|1990-Jan-15|15Jan1990|15 January 1990|
1990-01-15T24:00:00|1990-01-15t10:00z|1990-01-15 garbage|garbage 1990-01-15|x1990-01-15x|(1990-01-15)|
 1990-01-15|1990-01-15 1991-02-16|January 15, 1990|Jan 15 1990|15th January 1990|1990/Jan/15|1990.Jan.15|15/jan/1990"""
NOTHING = """1990-02-30|1990-13-01|1990-00-10|1990-01-00|1991-02-29|31/04/1990|12/25/1990|0000-00-00|1990|1990-01|
199001|1990-W03-1|Jan 1990|01-15|today|10:00|632361600|1234567890123|0x7c6|1990_01_15||-|null|1990年01月15日|
１９９０-01-15|1990-01-15 BC|15 Jan 100 BCE|1990/1/15 b.c."""


@pytest.mark.parametrize("text", [part.lstrip("\n") for part in FIFTEENTH.split("|")])
def test_a_date_is_found(text: str) -> None:
    found = find_date(text)
    assert found
    assert found.isoformat() == "1990-01-15"


@pytest.mark.parametrize("text", [part.strip("\n") for part in NOTHING.split("|")])
def test_what_is_no_date_is_none(text: str) -> None:
    assert find_date(text) is None


def test_leap_days_and_single_digits_are_read() -> None:
    assert [str(find_date(text)) for text in ("1992-02-29", "1990-1-5", "5-Jan-1990")] == [
        "1992-02-29",
        "1990-01-05",
        "1990-01-05",
    ]
