"""The flags of `serve`, `run` and `doctor`, made from the table of settings."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from emulator.settings import PREFIX, Settings

Command = Callable[..., None]


def setting_flags(command: Command) -> Command:
    """Add a flag for each setting, and --config."""
    for setting in reversed(fields(Settings)):
        help_text = f"{setting.metadata['help']} [{PREFIX}{setting.name.upper()}]"
        options: dict[str, Any] = {"help": help_text, "default": None}
        if setting.type is bool:
            options["is_flag"] = True
        else:
            options |= {
                "metavar": setting.metadata["metavar"],
                "multiple": str(setting.type).startswith("tuple"),
            }
        command = click.option("--" + setting.name.replace("_", "-"), **options)(command)
    return _config(command)


_config = click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"Settings file instead of case-emulator.toml in this folder. [{PREFIX}CONFIG]",
)


def given(flags: Mapping[str, object]) -> dict[str, object]:
    """Return the flags that stand on the command line, without those that click fills in as None or ()."""
    return {name: value for name, value in flags.items() if value not in (None, ())}
