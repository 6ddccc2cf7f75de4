"""The command `case-emulator copy`."""

from dataclasses import asdict
from pathlib import Path

import click

from emulator.commands.output import FAILURE, print_json, stop
from emulator.commands.remote import json_flag
from emulator.path_readers import DatabaseUrl, read_database


def _read(context: click.Context, parameter: click.Parameter, value: str) -> Path | DatabaseUrl:
    try:
        return read_database(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command()
@click.option("--from", "source", metavar="URL", required=True, callback=_read, help="The database to copy.")
@click.option("--to", "target", metavar="URL", required=True, callback=_read, help="An empty one, or one to be made.")
@json_flag
def copy(source: Path | DatabaseUrl, target: Path | DatabaseUrl, as_json: bool) -> None:
    """Copy all that a database holds into another one, whole or not at all; stop its emulators first.

    A database is a file of SQLite or a PostgreSQL. A webhook that was being sent is sent again. The journal goes along
    from one PostgreSQL to another; a file of SQLite keeps none.

    \b
    Example:
      case-emulator copy --from sqlite:///cases.sqlite --to postgresql://user@host/name
    """
    from emulator.core.errors import StoreUnavailable, Unreadable
    from emulator.store.copying import copy_all

    if isinstance(source, Path) and not source.exists():
        stop(FAILURE, f"{source} is not there")
    if isinstance(source, Path) and isinstance(target, Path) and target.exists() and source.samefile(target):
        stop(FAILURE, f"--from and --to are the same file, {source}: copy into another one")
    try:
        copied = copy_all(source, target, _tell)
    except (StoreUnavailable, Unreadable) as error:
        stop(FAILURE, str(error))
    if as_json:
        print_json(asdict(copied))
        return
    click.echo(f"Sandboxes copied: {copied.sandboxes}.")
    if copied.exchanges:
        click.echo(f"Exchanges of the journal copied: {copied.exchanges}.")
    if copied.left_behind:
        click.echo(f"Exchanges of the journal left behind: {copied.left_behind}, for a file of SQLite keeps none.")


def _tell(name: str, number: int, many: int) -> None:
    click.echo(f"copying {number + 1} of {many}: {name}", err=True)
