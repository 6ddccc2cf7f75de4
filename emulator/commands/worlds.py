"""The command `case-emulator worlds`."""

import gc
import logging
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.commands.beside import Names, authority, check_names, names_flag, variables
from emulator.commands.environment import environment
from emulator.commands.output import FAILURE, USAGE, stop
from emulator.commands.relay import program_of, why_not_started
from emulator.commands.setting_flags import setting_flags
from emulator.commands.starting import settings_for_tests
from emulator.commands.worlds_output import (
    print_outcome,
    print_pages,
    print_table,
    print_worlds,
    tell_names,
    tell_plain,
    write_reports,
)
from emulator.path_readers import read_path
from emulator.settings import Settings

if TYPE_CHECKING:
    from emulator.worlds.launcher import Launcher
    from emulator.worlds.run import Judged, Outcome, Run
    from emulator.worlds.runner import Runner
    from emulator.worlds.world import World

PLAIN_RED, INTERRUPTED = 5, 130


class Amount(click.FloatRange):
    """A number in a range; click takes NaN for one that is in every range."""

    def convert(self, value: float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number; fail for NaN, too."""
        number = super().convert(value, param, ctx)
        return self.fail("nan is no number", param, ctx) if isnan(number) else number


def _read_kinds(context: click.Context, parameter: click.Parameter, text: str | None) -> Sequence[str]:
    return [part.strip() for part in text.split(",") if part.strip()] if text else []


@click.command(context_settings={"allow_interspersed_args": False})
@click.option(
    "--only", "kinds", metavar="KINDS", callback=_read_kinds, help="Only these, with commas: guesses, hazards, mutants."
)
@click.option("--world", "chosen", metavar="NAME", multiple=True, help="Run this world alone; repeatable.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, metavar="N", help="Run so many at once. Default: 1.")
@click.option(
    "--timeout",
    type=Amount(0.1),
    metavar="S",
    help="Seconds that a run may take. Default: ten times the plain run, a minute at least.",
)
@click.option(
    "--score", type=Amount(0, 1), metavar="SHARE", default=0.8, help="Share of the mutants to catch. Default: 0.8."
)
@click.option("--results", metavar="FILE", help="The JUnit file that the command writes; {world} in it is the world.")
@click.option("--html", metavar="FILE", help="Write the report as a page.")
@click.option("--junit", metavar="FILE", help="Write the report as a JUnit file.")
@click.option("--json", "json_file", metavar="FILE", help="Write the report as JSON.")
@click.option("--list", "lists", is_flag=True, help="Print the worlds, and run nothing.")
@click.option("--explain", metavar="NAME", multiple=True, help="Print the page of this world, and run nothing.")
@names_flag
@setting_flags
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="-- COMMAND ...")
def worlds(
    kinds: Sequence[str],
    chosen: Sequence[str],
    jobs: int,
    timeout: float | None,
    score: float,
    results: str | None,
    html: str | None,
    junit: str | None,
    json_file: str | None,
    lists: bool,
    explain: Sequence[str],
    config: Path | None,
    names: Names,
    command: Sequence[str],
    **flags: object,
) -> None:
    """Run a test command in every world that it may meet: guesses, hazards and mutants.

    First in the plain world, in which it has to pass; then once in each other, beside a fresh emulator that does one
    thing otherwise in every sandbox. A red world is run again, and then the plain one, before anybody is accused. The
    environment of the command and the settings are those of run.

    \b
    Example:
      case-emulator worlds -- pytest -q
      case-emulator worlds --only hazards --html worlds.html -- npm test
      case-emulator worlds --list
      case-emulator worlds --explain duplicate
    """
    if explain:
        print_pages(_pick([], explain))
        return
    picked = _pick(kinds, chosen)
    if lists:
        print_worlds(picked)
        return
    settings = settings_for_tests(flags, config, port=0)
    _check_together(command, jobs, results, settings)
    check_names(names)
    _check_files(html, junit, json_file)
    _be_quiet(settings)
    with authority(replace(settings, ephemeral=True)) as complete:
        outcome, code = _run(complete, names, command, picked, jobs, timeout, results)
    write_reports(outcome, html, junit, json_file)
    sys.exit(code if code is not None else print_outcome(outcome, score))


def _check_together(command: Sequence[str], jobs: int, results: str | None, settings: Settings) -> None:
    """End the process when there is no command, or when flags do not fit together."""
    if not command or not command[0]:
        stop(USAGE, "say which command to run, as in: case-emulator worlds -- pytest -q; --list prints the worlds")
    if jobs > 1 and results and "{world}" not in results:
        stop(USAGE, "--results: with several jobs each run needs a file of its own: write {world} into its name")
    if jobs > 1 and (settings.port or settings.tls):
        stop(USAGE, "--jobs: several emulators at once cannot have one --port, or one file of the --tls authority")


def _pick(kinds: Sequence[str], chosen: Sequence[str]) -> "Sequence[World]":
    from emulator.worlds.registry import UnknownWorld, chosen_worlds

    try:
        return chosen_worlds(kinds, chosen)
    except UnknownWorld as error:
        stop(USAGE, str(error), has_secrets=False)  # token-life=60 is the name of a world


def _check_files(*files: str | None) -> None:
    """End the process, before anything is run, when a report could not be written."""
    for file in filter(None, files):
        try:
            path = read_path(file)
        except ValueError as error:
            stop(USAGE, f"{file:.300} cannot be written: {error}")
        folder = path.absolute().parent
        if path.is_dir():
            stop(USAGE, f"{file} cannot be written: it is a folder")
        if not folder.is_dir():
            stop(USAGE, f"{file} cannot be written: there is no folder {folder}")


def _be_quiet(settings: Settings) -> None:
    """Log bugs of the emulator alone: what worlds do to webhooks would fill the terminal."""
    from emulator import logs

    logs.configure(settings.log_format, None, logging.ERROR)


def _run(
    settings: Settings,
    names: Names,
    command: Sequence[str],
    picked: "Sequence[World]",
    jobs: int,
    timeout: float | None,
    results: str | None,
) -> "tuple[Outcome, int | None]":
    """Return what was found, and the exit code where that is decided already."""
    from emulator.worlds.launcher import CommandNotStarted, NotStarted
    from emulator.worlds.run import Outcome
    from emulator.worlds.runner import Runner, longest

    gc.freeze()  # what is imported now is never garbage
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # or the command would go on without us
    launcher = _launcher(settings, names, command, timeout, results)
    judged: list[Judged] = []
    plain: Run | None = None
    try:
        plain = launcher.run(None)
        if plain.is_red:
            tell_plain(plain)
            return Outcome(plain=plain, judged=[]), PLAIN_RED
        tell_names(plain, results)
        launcher.seconds = timeout or longest(plain)
        _run_all(Runner(launcher, jobs), plain, picked, judged)
    except CommandNotStarted as error:
        reason = why_not_started(command[0], environment(), error.error)
        stop(reason.code, str(reason))
    except NotStarted as error:
        stop(FAILURE, str(error))
    except KeyboardInterrupt:
        launcher.stop()
        if plain is None:
            sys.exit(INTERRUPTED)
        return _found_so_far(plain, judged), INTERRUPTED
    return Outcome(plain=plain, judged=judged), None


def _launcher(
    settings: Settings, names: Names, command: Sequence[str], timeout: float | None, results: str | None
) -> "Launcher":
    from emulator.worlds.launcher import Launcher

    around = partial(variables, names, settings=settings, environ=dict(environment()))
    return Launcher([program_of(command[0], environment()), *command[1:]], settings, around, results, timeout)


def _found_so_far(plain: "Run", judged: "list[Judged]") -> "Outcome":
    """Print and return what was found before somebody stopped the run."""
    from emulator.worlds.run import Outcome

    click.echo("case-emulator: stopped; what was found so far:", err=True)
    outcome = Outcome(plain=plain, judged=judged)
    print_table(outcome)
    return outcome


def _run_all(runner: "Runner", plain: "Run", picked: "Sequence[World]", judged: "list[Judged]") -> None:
    from emulator.worlds.runner import expected_seconds
    from emulator.worlds.texts import counted, duration

    seconds, many = duration(expected_seconds(plain, picked, runner.jobs)), counted(len(picked), "world")
    click.echo(f"The plain world is green after {plain.seconds:.1f} s; {many}, about {seconds}", err=True)
    for each in runner.judged(picked):
        judged.append(each)
        place = f"[{len(judged):{len(str(len(picked)))}}/{len(picked)}]"
        click.echo(f"{place} {each.world.name}: {each.verdict}, {each.run.seconds:.1f} s", err=True)
