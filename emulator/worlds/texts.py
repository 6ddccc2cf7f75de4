"""What a verdict means in words."""

from emulator.worlds.run import Judged, Judgement, Run
from emulator.worlds.world import Kind

MEANINGS = {
    (Kind.GUESS, Judgement.BREAKS): "these tests depend on something that nobody outside knows",
    (Kind.HAZARD, Judgement.BREAKS): "your receiver breaks here",
    (Kind.MUTANT, Judgement.MISSED): "your tests would not notice",
    (Kind.MUTANT, Judgement.CAUGHT): "your tests noticed",
}
EXERCISED = "exercised: how often what is different there came to pass in the first run; 0 proves nothing."
HOW_TO_EXERCISE = "What a suite needs to exercise one of the others: case-emulator worlds --explain"
DIED_BY_SIGNAL = 128
FLAKY = "not red twice with the plain world green between: this accuses nobody"


def meaning_of(judged: Judged) -> str:
    """Return what the verdict says, as the end of a sentence; an empty text where there is nothing to say."""
    if judged.verdict is Judgement.FLAKY:
        return FLAKY
    return MEANINGS.get((judged.world.kind, judged.verdict), "")


def advice_for(judged: Judged) -> str:
    """Return what was different, and what to do."""
    return f"What was different: {judged.world.what} What to do: {judged.world.how}"


def end_of(run: Run) -> str:
    """Return how the command of a red run ended."""
    if run.allowed is not None:
        return f"the command did not end within {run.allowed:g} s, which is as long as it may take (--timeout)"
    by_signal = f", by signal {run.rc - DIED_BY_SIGNAL}" if run.rc > DIED_BY_SIGNAL else ""
    return f"the command ended with {run.rc}{by_signal}"


def counted(number: int, noun: str) -> str:
    """Return the number with its noun, in the plural unless it is one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"
