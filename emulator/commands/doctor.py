"""The command `case-emulator doctor`."""

import sys
from pathlib import Path

import click

from emulator.commands.environment import environment
from emulator.commands.output import FAILURE, print_json, print_lines
from emulator.commands.remote import json_flag
from emulator.commands.setting_flags import given, setting_flags
from emulator.commands.working_folder import working_folder


@click.command()
@setting_flags
@json_flag
def doctor(config: Path | None, as_json: bool, **flags: object) -> None:
    """Check whether `serve` would work, and say what is in its way.

    Reads the same flags, variables and file as `serve`, and changes nothing. The webhook URL is connected to, but no
    request is sent.

    \b
    Example:
      case-emulator doctor --webhook-url http://localhost:3000/webhooks
    """
    from emulator.diagnosis import Level, diagnose

    findings = diagnose(given(flags), environment(), working_folder(), config)
    is_fine = all(finding.level is not Level.PROBLEM for finding in findings)
    rows = [{"level": str(finding.level), "about": finding.about, "told": finding.text} for finding in findings]
    if as_json:
        print_json({"ok": is_fine, "findings": rows})
    else:
        print_lines(rows)
    if not is_fine:
        sys.exit(FAILURE)
