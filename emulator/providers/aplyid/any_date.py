"""Find a date in any spelling, in the order in which Ruby tries them; imported on use, because patterns take time."""

import re
from datetime import date

LONGEST = 128  # characters that are searched; Ruby refuses longer texts
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ERAS = {"m": 1867, "t": 1911, "s": 1925, "h": 1988, "r": 2018}  # of Japan: the year before the first of each
_MONTH = rf"(?P<month>{'|'.join(MONTHS)})"
_ERA = r"(?P<era>c(?:e|\.e\.)|b(?:ce|\.c\.e\.)|a(?:d|\.d\.)|b(?:c|\.c\.))?"


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII | re.IGNORECASE)


NOISE = _compile(r"[^-+',./:@a-z0-9\[\]]+")
WEEKDAY = _compile(r"\b(?:sun|mon|tue|wed|thu|fri|sat)[^-/\d\s]*")
TIME = _compile(
    r"(?:(?:\d+\s*:\s*\d+(?:\s*:\s*\d+(?:[,.]\d*)?)?|\d+\s*h(?:\s*\d+m?(?:\s*\d+s?)?)?)(?:\s*[ap](?:m\b|\.m\.))?"
    r"|\d+\s*[ap](?:m\b|\.m\.))"
    r"(?:\s*(?:(?:gmt|utc?)?[-+]\d+(?:[,.:]\d+(?::\d+)?)?|[a-z.\s]+(?:standard|daylight)\stime\b|[a-z]+(?:\sdst)?\b))?"
)
BEFORE_OUR_ERA = _compile(r"\b(?:bc\b|bce\b|b\.c\.|b\.c\.e\.)")
# In the order in which Ruby tries them; what names no year, month and day ends the search, too.
FORMS = tuple(
    map(
        _compile,
        (
            rf"(?P<day>'?\d+)[^-\d\s]*\s*{_MONTH}[^-\d\s']*(?:\s*{_ERA}\s*(?P<year>'?-?\d+(?:(?:st|nd|rd|th)\b)?))?",
            rf"\b{_MONTH}[^-\d\s']*\s*(?P<day>'?\d+)[^-\d\s']*(?:\s*,?\s*{_ERA}\s*(?P<year>'?-?\d+))?",
            r"(?P<year>'?[-+]?\d+)-(?P<month>\d+)-(?P<day>'?-?\d+)",
            r"\b(?P<reign>[mtshr])(?P<year>\d+)\.(?P<month>\d+)\.(?P<day>\d+)",
            rf"(?P<day>'?-?\d+)-{_MONTH}[^-/.]*-(?P<year>'?-?\d+)",
            rf"\b{_MONTH}[^-/.]*-(?P<day>'?-?\d+)(?:-(?P<year>'?-?\d+))?",
            r"(?P<year>'?-?\d+)/\s*(?P<month>'?\d+)(?:\D\s*(?P<day>'?-?\d+))?",
            r"(?P<year>'?-?\d+)\.\s*(?P<month>'?\d+)\.\s*(?P<day>'?-?\d+)",
            r"\b(?:\d{2}|\d{4})?-?w\d{2}(?:-?\d)?\b|-w-\d\b|--(?:\d{2})?-\d{2}\b|--\d{2}(?:\d{2})?\b",
            r"(?<![,.])\b(?:\d{2}|\d{4})-\d{3}\b|(?<!\d)\b-\d{3}\b",
            rf"'\d+\b|\b(?:{'|'.join(MONTHS)})\S*|\d+(?:st|nd|rd|th)\b",
        ),
    )
)
DIGITS = _compile(r"(?P<sign>[-+]?)(?P<run>\d{2,14})(?:\s*t?\s*(?P<time>\d{2,6})?(?:[,.](?P<rest>\d*))?)?")
NUMBER, WHOLE = re.compile(r"[-+]?\d+", re.ASCII), re.compile(r"\d+", re.ASCII)
Part = str | None


def find_any_date(text: str) -> date | None:
    """Return the first date in the text, as `find_date` does."""
    plain = TIME.sub(" ", WEEKDAY.sub(" ", NOISE.sub(" ", text[:LONGEST]), count=1), count=1)
    if BEFORE_OUR_ERA.search(plain):
        return None
    for form in FORMS:
        found = form.search(plain)
        if found:
            return _named(found.groupdict())
    return _run_of_digits(plain)


def _named(parts: dict[str, Part]) -> date | None:
    """Return the date of what a form found; None where it names no year, month and day."""
    month = parts.get("month")
    if month is None or (parts.get("era") or "").lower().startswith("b"):
        return None
    number = str(MONTHS.index(month.lower()) + 1) if month.lower() in MONTHS else month
    reign = parts.get("reign")
    if reign:
        return _date(str(int(parts["year"] or 0) + ERAS[reign.lower()]), number, parts["day"])
    return _date(*_ordered(parts["year"], number, parts["day"]))


def _ordered(year: Part, month: Part, day: Part) -> tuple[Part, Part, Part]:
    """Return which part is which: a year may stand at either end, and shows by its length or by an apostrophe."""
    if year and month and not day:
        year, month, day = None, year, month
    if not year and day and (len(day) > 2 or day.startswith("'")):
        year, day = day, None
    if year:
        found = NUMBER.search(year)
        if found and found.end() < len(year):  # like 15th
            year, day = day, found[0]
    if month and (month.startswith("'") or len(month) > 2):
        year, month, day = month, day, year
    if day and (day.startswith("'") or len(day) > 2):
        year, day = day, year
    return year, month, day


def _run_of_digits(text: str) -> date | None:
    found = DIGITS.search(text)
    if not found:
        return None
    run, has_fraction = found["run"], found["rest"] is not None and found["time"] is None
    if len(run) == 6 and not has_fraction:
        return _date(found["sign"] + run[:2], run[2:4], run[4:])
    if len(run) == 12 and has_fraction:
        return _date(found["sign"] + run[:2], run[2:4], run[4:6])
    if len(run) == 14 or (len(run) in (8, 10, 12) and not has_fraction):
        return _date(found["sign"] + run[:4], run[4:6], run[6:8])
    return None


def _date(year: Part, month: Part, day: Part) -> date | None:
    """Return the date of these numbers, whatever stands around them; only that of the year may have a sign."""
    numbers = [NUMBER.search(year or ""), *(WHOLE.search(part or "") for part in (month, day))]
    try:
        return date(*(int(number[0]) if number else 0 for number in numbers))
    except (ValueError, OverflowError):
        return None
