"""One run of the command in one world, and what came of it."""

from collections.abc import Sequence
from enum import StrEnum

from emulator.core.journal import Exchange
from emulator.quick_dataclass import dataclass
from emulator.worlds.results import TestResult
from emulator.worlds.world import Kind, World


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run: its exit code, how long it took, how often the deviation came to pass, and what was told of its tests."""

    rc: int
    seconds: float
    struck: int = 0
    tests: tuple[TestResult, ...] = ()
    tail: str = ""  # the last lines of what the command wrote
    exchanges: tuple[Exchange, ...] = ()  # that the deviation changed
    allowed: float | None = None  # seconds; None: it ended by itself, and else it was ended after these

    @property
    def is_red(self) -> bool:
        """Whether the command failed."""
        return self.rc != 0

    @property
    def failed(self) -> list[str]:
        """The names of the tests that failed."""
        return [test.name for test in self.tests if test.failed]


class Judgement(StrEnum):
    """What the runs in a world say of the suite, and of the code that it tests."""

    HOLDS = "holds"
    BREAKS = "breaks"
    CAUGHT = "caught"
    MISSED = "missed"
    FLAKY = "flaky"
    NOT_EXERCISED = "not exercised"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A world with its verdict, and the run that it is about: the first."""

    world: World
    verdict: Judgement
    run: Run
    failed: tuple[str, ...] = ()  # the tests that changed their result

    @property
    def exercised(self) -> int:
        """How often the deviation came to pass."""
        return self.run.struck

    @property
    def is_exercised(self) -> bool:
        """Whether the world counts."""
        return self.verdict is not Judgement.NOT_EXERCISED


def judge(world: World, first: Run, second: Run | None, plain: Run | None) -> Judged:
    """Return the verdict: red twice, with plain green between, accuses; a single red, or a red plain world, nobody.

    `second` and `plain` are the runs after a red one; None where there was none.
    """
    failed = _changed(first, second)
    return Judged(world=world, verdict=_verdict(world, first, second, plain), run=first, failed=failed)


def _verdict(world: World, first: Run, second: Run | None, plain: Run | None) -> Judgement:
    if not first.is_red:
        if not first.struck:
            return Judgement.NOT_EXERCISED
        return Judgement.MISSED if world.kind is Kind.MUTANT else Judgement.HOLDS
    if second is None or plain is None or not second.is_red or plain.is_red:
        return Judgement.FLAKY
    if not first.struck or not second.struck:
        return Judgement.FLAKY  # it was not the deviation
    return Judgement.CAUGHT if world.kind is Kind.MUTANT else Judgement.BREAKS


def _changed(first: Run, second: Run | None) -> tuple[str, ...]:
    again = set(second.failed) if second else set()
    both = tuple(name for name in first.failed if name in again)
    return both or tuple(first.failed)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """All that was found: the plain world, and each world that was run so far, in their order."""

    plain: Run
    judged: Sequence[Judged]

    @property
    def score(self) -> float | None:
        """The share of the mutants that were caught, of those that were exercised; None where none was."""
        mutants = [each for each in self.judged if each.world.kind is Kind.MUTANT and each.is_exercised]
        caught = sum(each.verdict is Judgement.CAUGHT for each in mutants)
        return caught / len(mutants) if mutants else None

    @property
    def is_exercised(self) -> bool:
        """Whether any deviation came to pass."""
        return any(each.is_exercised for each in self.judged)

    def is_good(self, least_score: float) -> bool:
        """Return whether every exercised guess and hazard holds, and enough mutants were caught."""
        holds = all(
            each.verdict is Judgement.HOLDS
            for each in self.judged
            if each.is_exercised and each.world.kind is not Kind.MUTANT
        )
        return holds and (self.score is None or self.score >= least_score)
