"""Print tables for people and JSON for programs, without anything that steers a terminal."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn

import click

from emulator.commands.environment import environment
from emulator.masking import masked

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

FAILURE, USAGE, PORT_TAKEN = 1, 2, 3
PIPED_WIDTH = 160  # characters, for output that goes to no terminal
NARROW = 100  # below it a table of several columns is unreadable
# The colour of a cell that is the state of a delivery or the level of a finding.
STYLES = {
    **dict.fromkeys(("ok", "delivered", "holds", "caught"), "green"),
    **dict.fromkeys(("warning", "blocked", "inbox", "flaky"), "yellow"),
    **dict.fromkeys(("problem", "failed", "breaks", "missed"), "red"),
}
BESIDES_PRINTABLE = re.compile(r"[^\x20-\x7e]")

Row = Mapping[str, str]


def stop(code: int, message: str, *, has_secrets: bool = True) -> NoReturn:
    """End the process with this exit code, after printing the message on stderr, masked where it may have secrets."""
    click.echo(f"case-emulator: {harmless(masked(message) if has_secrets else message)}", err=True)
    sys.exit(code)


def harmless(text: str) -> str:
    """Return the text with every character escaped that could steer a terminal or hide in it: ESC becomes \\x1b."""
    return BESIDES_PRINTABLE.sub(lambda m: m[0] if m[0].isprintable() else _written_out(m[0]), text)


def _written_out(character: str) -> str:
    return character.encode("unicode_escape").decode()


def print_json(value: object) -> None:
    """Print a value as indented JSON on stdout; characters that are not printable are escaped as in JSON."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=2)
    click.echo(BESIDES_PRINTABLE.sub(lambda m: m[0] if _is_fine(m[0]) else json.dumps(m[0])[1:-1], text))


def _is_fine(character: str) -> bool:
    return character == "\n" or character.isprintable()


def print_rows(rows: Sequence[Row], columns: Sequence[str] | None = None, title: str | None = None) -> None:
    """Print the rows as a table of these columns, all by default; on a narrow terminal print one line a value."""
    console = _console()
    if title:
        console.print(_cell(title, console), soft_wrap=True)
    if not rows:
        return
    if console.width < NARROW:
        _print_blocks(rows, console)
    else:
        _print_table(rows, columns or list(rows[0]), console)


def print_lines(rows: Sequence[Row]) -> None:
    """Print the rows in aligned columns, without a frame."""
    from rich.table import Table

    console = _console()
    grid = Table.grid(padding=(0, 2))
    for _ in rows[0]:
        grid.add_column(overflow="fold")
    for row in rows:
        grid.add_row(*(_cell(value, console) for value in row.values()))
    console.print(grid)


def _print_table(rows: Sequence[Row], columns: Sequence[str], console: "Console") -> None:
    from rich.table import Table

    table = Table()
    for column in columns:
        table.add_column(column, overflow="fold")  # nothing is cut off
    for row in rows:
        table.add_row(*(_cell(row[column], console) for column in columns))
    console.print(table)


def _print_blocks(rows: Sequence[Row], console: "Console") -> None:
    for row in rows:
        console.print()
        for name, value in row.items():
            if value:
                console.print(_cell(f"{name}: ", console) + _cell(value, console), soft_wrap=True)


def _cell(text: str, console: "Console") -> "Text":
    """Return the text without markup, with characters escaped that the encoding of this output lacks."""
    from rich.text import Text

    encoding = console.encoding or "ascii"
    known = harmless(text).encode(encoding, "backslashreplace").decode(encoding)
    return Text(known, style=STYLES.get(text, ""))


def _console() -> "Console":
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in environment():
        console.width = PIPED_WIDTH
    return console
