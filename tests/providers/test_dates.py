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


# Recorded from Ruby 3.1: two digits are a year of the first century, and Japanese eras are known.
FOUND = {
    "90-01-15": "0090-01-15",
    "900115": "0090-01-15",
    "15-Jan-90": "0090-01-15",
    "15 Jan 90": "0090-01-15",
    "15jan90": "0090-01-15",
    "'90 Jan 15": "0090-01-15",
    "1/2/3": "0001-02-03",
    "01-02-03": "0001-02-03",
    "99-12-31": "0099-12-31",
    "01990-01-15": "1990-01-15",
    "1990jan15": "1990-01-15",
    "jan-15-1990": "1990-01-15",
    "Jan/15/1990": "1990-01-15",
    "15. Januar 1990": "1990-01-15",
    "Sat Aug 28 02:55:50 2000": "2000-08-28",
    "3rd Feb 2001 04:05:06 PM": "2001-02-03",
    "20000229T101112Z": "2000-02-29",
    "20010203T040506+0900": "2001-02-03",
    "S45.01.15": "1970-01-15",
    "H02.01.15": "1990-01-15",
    "R2.1.1": "2020-01-01",
    "H31-04-30": "0031-04-30",
    "2001-W05-6": None,
    "2001-034": None,
    "--01-15": None,
    "Jan 15": None,
    "15th": None,
    "1990-02-29": None,
    "12345-01-15": None,  # Ruby knows such years, Python does not
    "-1990-01-15": None,
}


@pytest.mark.parametrize("text", FOUND)
def test_a_date_is_found_as_ruby_finds_it(text: str) -> None:
    found = find_date(text)
    assert (found and found.isoformat()) == FOUND[text]


@pytest.mark.parametrize("part", ["1", "1-", "1:", "1 ", "jan", "'", ".", "b.c.", "a a ", "-", "1a"])
def test_a_long_text_is_read_no_further_than_its_beginning(part: str) -> None:
    assert find_date("x" * 128 + "1990-01-15") is None
    find_date(part * 50_000)
