"""The command `case-emulator reset`."""

import click

from emulator.client import Control
from emulator.commands.output import print_json
from emulator.commands.remote import remote_command


@click.command()
@remote_command
def reset(control: Control, sandbox: str, as_json: bool) -> None:
    """Empty a sandbox, as on first use.

    It has no client, no case and no webhook, counts from its first ids again and follows wall time.

    \b
    Example:
      case-emulator reset --sandbox my-test
    """
    answer = control.ask("POST", f"/sandboxes/{sandbox}/reset")
    if as_json:
        print_json(answer)
    else:
        click.echo(f"The sandbox {sandbox} is empty, as on first use.")
