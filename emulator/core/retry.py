"""Retry profiles: when a failed delivery is tried again."""

from datetime import timedelta

from emulator.quick_dataclass import dataclass

LONGEST_WAIT = timedelta(hours=1)
MOST_WAITS = 100


@dataclass(frozen=True, slots=True)
class RetryProfile:
    """The waits between attempts, each counted from the end of the attempt before."""

    waits: tuple[timedelta, ...]

    def wait_after(self, attempts: int, retry_after: timedelta | None = None) -> timedelta | None:
        """Return how long to wait after that many attempts, None to give up.

        `retry_after` is what the receiver asked for; it replaces the profile's wait, up to one hour.
        """
        if attempts > len(self.waits):
            return None
        if retry_after is None:
            return self.waits[attempts - 1]
        return min(retry_after, LONGEST_WAIT)


STANDARD = RetryProfile(tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 3600)))
ONCE = RetryProfile(())
NAMED = {"standard": STANDARD, "once": ONCE}


def parse_retry(text: str) -> RetryProfile:
    """Return the profile of that name, or of a list of seconds like "1,5,30"; raise ValueError for other texts."""
    if text in NAMED:
        return NAMED[text]
    try:
        seconds = [float(part) for part in text.split(",")]
    except ValueError:
        raise ValueError("use standard, once, or seconds between attempts like 1,5,30") from None
    if len(seconds) > MOST_WAITS or not all(0 <= s <= 31_536_000 for s in seconds):
        raise ValueError("at most 100 waits, each from 0 to 31536000 seconds")
    return RetryProfile(tuple(timedelta(seconds=s) for s in seconds))
