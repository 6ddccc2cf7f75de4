"""What a verdict means in words."""

from emulator.worlds.run import Judged, Judgement
from emulator.worlds.world import Kind

MEANINGS = {
    (Kind.GUESS, Judgement.BREAKS): "these tests depend on something that nobody outside knows",
    (Kind.HAZARD, Judgement.BREAKS): "your receiver breaks here",
    (Kind.MUTANT, Judgement.MISSED): "your tests would not notice",
    (Kind.MUTANT, Judgement.CAUGHT): "your tests noticed",
}
EXERCISED = "exercised: how often what is different there came to pass in the first run; 0 proves nothing."
FLAKY = "not red twice with the plain world green between: this accuses nobody"


def meaning_of(judged: Judged) -> str:
    """Return what the verdict says, as the end of a sentence; an empty text where there is nothing to say."""
    if judged.verdict is Judgement.FLAKY:
        return FLAKY
    return MEANINGS.get((judged.world.kind, judged.verdict), "")


def advice_for(judged: Judged) -> str:
    """Return what was different, and what to do."""
    return f"What was different: {judged.world.what} What to do: {judged.world.how}"


def counted(number: int, noun: str) -> str:
    """Return the number with its noun, in the plural unless it is one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"
