"""The columns of this API about which more is known than their type: what they store, and what is odd about a value."""

import re

from marshmallow import missing

from emulator.providers.aplyid.countries import ALPHA_3
from emulator.providers.aplyid.dates import find_date
from emulator.providers.aplyid.rails import Choice, Column, Text

PHONE_NUMBER = re.compile(r"[0-9 ()./-]*[0-9][0-9 ()./-]*", re.ASCII)
FINAL = ("completed", "cancelled")


class CountryCode(Text):
    """A country; only its length is judged, because no page says that a wrong code is refused."""

    def doubt(self, code: str) -> str | None:
        """Return what is odd about a code that ISO 3166-1 alpha-3 does not know."""
        if code in ALPHA_3:
            return None
        hint = f": did you mean {code.upper()}?" if code.upper() in ALPHA_3 else ", as NZL or AUS is"
        return f"is no country code of ISO 3166-1 alpha-3{hint}"


class NationalNumber(Text):
    """A phone number without its country; documented: one leading 0 is removed."""

    if_changed = "is used without its leading 0"

    def normalize(self, text: str) -> str:
        return text.removeprefix("0")

    def doubt(self, number: str) -> str | None:
        """Return what is odd about a text that is no phone number; no page says that it is refused."""
        return None if PHONE_NUMBER.fullmatch(number) else "is no phone number"


class Status(Choice):
    """The status that a case begins with."""

    def doubt(self, status: str) -> str | None:
        """Return what a status other than the default means for the case and its webhook."""
        if status in FINAL:
            return f"is {status}: such a case is final, and no webhook is sent"
        return None if status == "in_progress" else f"is {status}: the case waits until somebody completes it"


class Date(Column):
    """A date column: a value that is no date is stored as null; none is refused."""

    if_unused = "is no date that can be read and was stored as null"
    if_changed = "is no ISO 8601 date; a date that was found in it is used"

    def cast(self, value: object) -> object:
        day = find_date(value) if isinstance(value, str) else None
        return missing if day is None else day.isoformat()

    def keeps(self, sent: str, used: str) -> bool:
        """Return whether the text begins with the date that is stored; a time of day behind it means nothing."""
        return sent.strip().startswith(used)
