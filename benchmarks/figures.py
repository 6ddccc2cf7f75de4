"""What a part tells: lines for people, and figures with what is wanted of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

NO_WISH = "-"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One figure of the table at the end, as text; ratios stand first there."""

    what: str
    found: str
    goal: str = NO_WISH
    bound: str = NO_WISH
    verdict: str = NO_WISH
    missed: bool = False  # the bound, not the goal
    is_ratio: bool = False


@dataclass(frozen=True)
class Told:
    """What a part has to say; the first line is its title."""

    lines: Sequence[str]
    figures: Sequence[Figure] = field(default_factory=tuple)
    is_markdown: bool = False  # else its lines keep their columns by a font of fixed width

    @property
    def fine(self) -> bool:
        """Whether no floor and no bound was missed."""
        return not any(figure.missed for figure in self.figures)


def at_least(what: str, found: float, form: str, goal: float | None, floor: float, *, is_ratio: bool = False) -> Figure:
    """A figure that may not fall below its floor; without a goal the floor is all that is wanted."""
    verdict = "BELOW FLOOR" if found < floor else "ok" if goal is None or found >= goal else "below goal"
    return Figure(
        what=what,
        found=form.format(found),
        goal=NO_WISH if goal is None else f">= {form.format(goal)}",
        bound=f">= {form.format(floor)}",
        verdict=verdict,
        missed=found < floor,
        is_ratio=is_ratio,
    )


def at_most(
    what: str, found: float, form: str, bound: float, goal: float | None = None, *, is_ratio: bool = False
) -> Figure:
    """A figure that may not rise above its bound."""
    verdict = "OVER BOUND" if found > bound else "ok" if goal is None or found <= goal else "over goal"
    return Figure(
        what=what,
        found=form.format(found),
        goal=NO_WISH if goal is None else f"<= {form.format(goal)}",
        bound=f"<= {form.format(bound)}",
        verdict=verdict,
        missed=found > bound,
        is_ratio=is_ratio,
    )


def failed(part: str, error: Exception) -> Told:
    """What is told of a part that could not be measured."""
    figure = Figure(what=part, found="nothing", verdict="FAILED", missed=True)
    return Told([f"{part}: not measured", "", f"{type(error).__name__}: {error}"], [figure])


def summary(figures: Iterable[Figure]) -> list[str]:
    """One table of them all, ratios first."""
    inorder = sorted(figures, key=lambda figure: not figure.is_ratio)
    rows = [(f.what, f.found, f.goal, f.bound, f.verdict) for f in inorder]
    return table(("what", "measured", "goal", "bound", "verdict"), rows, left=1)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], left: int) -> list[str]:
    """A table that is Markdown and can be read in a terminal; so many columns are set to the left, the others right."""
    whole = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*whole, strict=True)]
    rule = ["-" * width if at < left else "-" * (width - 1) + ":" for at, width in enumerate(widths)]
    lines = [_row(row, widths, left) for row in whole]
    return [lines[0], "|" + "|".join(f" {part} " for part in rule) + "|", *lines[1:]]


def _row(cells: Sequence[str], widths: Sequence[int], left: int) -> str:
    padded = (
        f" {cell.ljust(width) if at < left else cell.rjust(width)} "
        for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "|" + "|".join(padded) + "|"
