"""What `case-emulator worlds` prints and writes."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.commands.output import FAILURE, USAGE, print_rows, stop

if TYPE_CHECKING:
    from emulator.worlds.run import Judged, Outcome, Run
    from emulator.worlds.world import World

NOTHING_VERIFIED = 4
COLUMNS = ("world", "kind", "verdict", "exercised", "seconds", "failed")
MOST_NAMED = 3  # tests in a row of the table
BAD = ("breaks", "missed", "flaky")


def print_worlds(picked: "Sequence[World]") -> None:
    """Print a row for each world."""
    print_rows([{"world": world.name, "kind": world.kind.value, "what is different": world.what} for world in picked])
    click.echo("case-emulator worlds --explain NAME tells what breaks there, and shows code that holds", err=True)


def print_pages(picked: "Sequence[World]") -> None:
    """Print the page of each world."""
    from emulator.worlds.pages import page_of

    click.echo("\n".join(page_of(world) for world in picked), nl=False)


def tell_plain(plain: "Run") -> None:
    """Say that the plain world is red, with the last lines of the command."""
    from emulator.worlds.texts import end_of

    click.echo(plain.tail or "(the command wrote nothing)", err=True)
    click.echo(
        f"case-emulator: {end_of(plain)}, in the plain world, in which nothing is otherwise: "
        "a suite that fails there proves nothing",
        err=True,
    )


def tell_names(plain: "Run", results: str | None) -> None:
    """Warn when the file of --results names no test."""
    if results and not plain.tests:
        click.echo(
            f"case-emulator: --results: {results} tells of no test: does the command write a JUnit file there?",
            err=True,
        )


def write_reports(outcome: "Outcome", html: str | None, junit: str | None, json_file: str | None) -> None:
    """Write the reports that have a file; end the process when one cannot be written."""
    from emulator.worlds.report_html import as_html
    from emulator.worlds.report_json import as_json, as_junit

    reports: tuple[tuple[str | None, Callable[[], bytes]], ...] = (
        (html, lambda: as_html(outcome).encode("utf-8", "backslashreplace")),
        (junit, lambda: as_junit(outcome)),
        (json_file, lambda: (json.dumps(as_json(outcome), indent=2) + "\n").encode()),
    )
    for file, report in reports:
        if file:
            try:
                Path(file).write_bytes(report())
            except OSError as error:
                stop(USAGE, f"{file} cannot be written: {error.strerror or error}")


def print_outcome(outcome: "Outcome", least_score: float) -> int:
    """Print the table and what it comes to; return the exit code."""
    print_table(outcome)
    if not outcome.is_exercised:
        click.echo("Nothing was exercised: the command did nothing that a world makes different")
        return NOTHING_VERIFIED
    if (score := outcome.score) is not None:
        click.echo(f"Score: {score:.2f} of the exercised mutants were caught, {least_score:g} is needed")
    return 0 if outcome.is_good(least_score) else FAILURE


def print_table(outcome: "Outcome") -> None:
    """Print a row for each world, and below what is to be done about those that are not as they should be."""
    from emulator.worlds.texts import EXERCISED, HOW_TO_EXERCISE, advice_for, meaning_of

    print_rows([_row(each) for each in outcome.judged], COLUMNS)
    click.echo(EXERCISED if outcome.judged else "No world was run to its end.")
    for each in outcome.judged:
        if each.verdict in BAD:
            click.echo(f"{each.world.name} {each.verdict}: {meaning_of(each)}. {advice_for(each)}")
            _print_evidence(each)
    unmet = [each.world.name for each in outcome.judged if not each.is_exercised]
    if unmet:
        click.echo(f"{HOW_TO_EXERCISE} {unmet[0]}")
    told = [each.world.name for each in outcome.judged if each.verdict in BAD]
    if told:
        click.echo(f"Code that holds: case-emulator worlds --explain {' --explain '.join(told[:MOST_NAMED])}")


def _print_evidence(judged: "Judged") -> None:
    """Print which tests changed; where nobody told their names, the exit code and the last lines."""
    from emulator.worlds.texts import end_of

    for name in judged.failed:
        click.echo(f"  {name}")
    if judged.run.is_red and not judged.failed:
        click.echo(f"  {end_of(judged.run)}:")
        for line in judged.run.tail.splitlines()[-10:]:
            click.echo(f"    {line}")


def _row(judged: "Judged") -> dict[str, str]:
    named = [*judged.failed[:MOST_NAMED], *(["..."] if len(judged.failed) > MOST_NAMED else [])]
    return {
        "world": judged.world.name,
        "kind": judged.world.kind.value,
        "verdict": judged.verdict.value,
        "exercised": str(judged.exercised),
        "seconds": f"{judged.run.seconds:.1f}",
        "failed": ", ".join(named),
    }
