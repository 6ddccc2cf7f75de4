"""How long cases take: in one word for a sandbox, and as the real service of a provider takes."""

from datetime import timedelta
from enum import StrEnum

from emulator.core.randomness import SeededRandom
from emulator.quick_dataclass import dataclass

MINUTE = timedelta(minutes=1)


class Pace(StrEnum):
    """A word for how long cases take."""

    INSTANT = "instant"
    FAST = "fast"
    REAL = "real"  # as the provider's real service takes


FIXED = {Pace.INSTANT: timedelta(), Pace.FAST: timedelta(seconds=2)}


@dataclass(frozen=True, slots=True)
class Span:
    """From the shortest to the longest time; the same for both where it is always the same."""

    shortest: timedelta
    longest: timedelta

    def draw(self, random: SeededRandom) -> timedelta:
        """Return a time of this span, in whole seconds."""
        low, high = self.shortest.total_seconds(), self.longest.total_seconds()
        return timedelta(seconds=round(random.number("pace", low, high)))


@dataclass(frozen=True, kw_only=True, slots=True)
class RealPace:
    """How long the real service takes for a case of a person and for one of a business."""

    person: Span = Span(MINUTE, MINUTE)
    business: Span = Span(MINUTE, MINUTE)

    def draw(self, random: SeededRandom, *, of_business: bool) -> timedelta:
        """Return how long the real service takes for one case."""
        return (self.business if of_business else self.person).draw(random)
