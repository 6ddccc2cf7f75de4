"""Find a date as Ruby's Date._parse does: anywhere in the text, in many orders, ignoring the time of day."""

import re
from datetime import date

ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def find_date(text: str) -> date | None:
    """Return the first date in the text; None without one, for one that does not exist, or for one before our era."""
    if not ISO.fullmatch(text):  # nearly every one is
        from emulator.providers.aplyid.any_date import find_any_date

        return find_any_date(text)
    try:
        return date(int(text[:4]), int(text[5:7]), int(text[8:]))
    except ValueError:
        return None
