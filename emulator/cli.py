"""The command line: which commands there are, and the environment they are given."""

import os
from importlib import import_module
from typing import cast

import click

from emulator.version import VERSION

COMMANDS = (
    *("serve", "run", "sample", "deliveries", "advance", "reset"),
    *("openapi", "doctor", "healthcheck", "init"),
)


class CommandsOnUse(click.Group):
    """Each command is loaded when it is asked for, so that none slows the start of another."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order they are met, not of the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; None: there is none."""
        if cmd_name not in COMMANDS:
            return None
        return cast(click.Command, getattr(import_module(f"emulator.commands.{cmd_name}"), cmd_name))


@click.group(cls=CommandsOnUse, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="case-emulator")
@click.pass_context
def main(context: click.Context) -> None:
    """A local stand-in for the Create Case APIs of APLYiD Workflow and Sphinx, webhooks included.

    \b
    Example:
      case-emulator serve
      case-emulator sample aplyid | sh     (from another terminal)
      case-emulator deliveries
    """
    context.obj = os.environ
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
