"""The command `case-emulator openapi`."""

import click

from emulator.commands.environment import environment
from emulator.commands.output import USAGE, print_json, stop
from emulator.commands.remote import json_flag
from emulator.commands.working_folder import working_folder


@click.command()
@click.argument("name", metavar="API")
@json_flag
def openapi(name: str, as_json: bool) -> None:
    """Print the OpenAPI 3.1 document of an API: aplyid, sphinxhq, or control for the emulator's own.

    That of Sphinx describes both generations; sphinxhq-first and sphinxhq-current describe one. It is JSON with and
    without --json, and names the address that `serve` would listen on.

    \b
    Example:
      case-emulator openapi aplyid > aplyid.json
    """
    from emulator.app import describe
    from emulator.setting_sources import read_settings
    from emulator.settings import BadSetting

    try:
        print_json(describe(name, read_settings({}, environment(), working_folder())))
    except BadSetting as error:
        stop(USAGE, str(error))
