"""`case-emulator doctor`"""

import sys
from pathlib import Path
from typing import Any

import click

from emulator.commands.environment import environment
from emulator.commands.output import FAILURE, print_json, print_lines
from emulator.commands.remote import json_flag
from emulator.commands.setting_flags import given, setting_flags


@click.command()
@setting_flags
@json_flag
def doctor(config: Path | None, as_json: bool, **flags: Any) -> None:
    """Look for what would keep `serve` from working.

    Reads the same flags, variables and file, and changes nothing. No request is sent to the webhook URL: it is
    connected to, and let go.

    \b
    Example:
      case-emulator doctor --webhook-url http://localhost:3000/webhooks
    """
    from emulator.diagnosis import Level, diagnose

    found = diagnose(given(flags), environment(), Path.cwd(), config)
    fine = all(finding.level is not Level.PROBLEM for finding in found)
    rows = [{"level": str(finding.level), "about": finding.about, "told": finding.told} for finding in found]
    if as_json:
        print_json({"ok": fine, "findings": rows})
    else:
        print_lines(rows)
    if not fine:
        sys.exit(FAILURE)
