"""The command `case-emulator init`."""

import json
from collections.abc import Iterator
from dataclasses import Field
from datetime import timedelta

import click

from emulator.commands.output import FAILURE, print_json, stop
from emulator.commands.remote import json_flag
from emulator.commands.working_folder import working_folder
from emulator.settings import FILE_NAME, OPTIONS

HEAD = """\
# The settings of case-emulator. A flag wins over a variable, a variable over this file.
# To set one, take away the # before its name; what stands there is the default unless it says otherwise.
"""


@click.command()
@click.option("--force", is_flag=True, help="Replace the file that is there.")
@json_flag
def init(force: bool, as_json: bool) -> None:
    """Write a case-emulator.toml into this folder.

    Every setting is in it, explained and commented out.

    \b
    Example:
      case-emulator init
    """
    path = working_folder() / FILE_NAME
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(settings_file())
    except FileExistsError:
        stop(FAILURE, f"{path} is there already: --force replaces it")
    except OSError as error:
        stop(FAILURE, f"{path} cannot be written: {error.strerror or error}")
    if as_json:
        print_json({"file": str(path), "settings": [name.replace("_", "-") for name in OPTIONS]})
    else:
        click.echo(f"{FILE_NAME} is written: every setting is in it, commented out. `case-emulator serve` reads it.")


def settings_file() -> str:
    """Return the text of the file, with every setting commented out."""
    return "\n".join([HEAD, *("\n".join(_entry(setting)) + "\n" for setting in OPTIONS.values())])


def _entry(setting: "Field[object]") -> Iterator[str]:
    key, example = setting.name.replace("_", "-"), setting.metadata["example"]
    yield f"# {setting.metadata['help']}" + (" Not set by default; for example:" if example else "")
    yield f"#{key} = {_literal(example or setting.default)}"


def _literal(value: object) -> str:
    """Return a value as TOML writes it, which for the values of settings is as JSON does."""
    if isinstance(value, timedelta):
        value = value.total_seconds()
        value = int(value) if value.is_integer() else value
    return json.dumps(value)
