"""Find a date as Ruby's Date._parse does: anywhere in the text, in many orders, ignoring the time of day."""

import re
from datetime import date

LONGEST = 128  # characters that are searched
BEFORE_OUR_ERA = re.compile(r"\bB\.?C\.?(E\b)?", re.IGNORECASE)
ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<name>{'|'.join(MONTHS)})[a-z]*\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
# In the order in which Ruby tries them.
PATTERNS = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"(?<!\d){_DAY}[ /.-]?{_MONTH},?[ /.-]?(?P<year>\d{{4}})(?!\d)",
        rf"{_MONTH} {_DAY},? (?P<year>\d{{4}})(?!\d)",
        rf"(?P<year>\d{{4}})[ /.-]{_MONTH}[ /.-]?{_DAY}(?!\d)",
        r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<year>\d{4})[/.](?P<month>\d{1,2})[/.](?P<day>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})(?!\d)",
        r"^\s*(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})\s*$",
    )
)


def find_date(text: str) -> date | None:
    """Return the first date in the text; None without one, for one that does not exist, or for one before our era."""
    if ISO.fullmatch(text):  # nearly every one, at a tenth of the time
        return _iso_date(text)
    if BEFORE_OUR_ERA.search(text):
        return None
    for pattern in PATTERNS:
        match = pattern.search(text[:LONGEST])
        if match:
            return _date(**match.groupdict())
    return None


def _iso_date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _date(year: str, day: str, month: str | None = None, name: str | None = None) -> date | None:
    number = MONTHS.index(name.lower()) + 1 if name else int(month or 0)
    try:
        return date(int(year), number, int(day))
    except ValueError:
        return None
