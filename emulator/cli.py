"""The command line: its commands, and the environment that they are given."""

import os
from importlib import import_module
from typing import cast

import click

from emulator.version import VERSION

COMMANDS = (
    *("serve", "run", "worlds", "sample", "deliveries", "advance", "reset"),
    *("openapi", "doctor", "healthcheck", "init", "copy"),
)
LONGEST_SENTENCE = 200  # characters


class CommandsOnUse(click.Group):
    """A group that imports a command when it is called, so that no command slows the start of another."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which people meet them, not by the alphabet."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command with this name; None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        return cast(click.Command, getattr(import_module(f"emulator.commands.{cmd_name}"), cmd_name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each command with its first sentence, which click would cut off at the end of the line."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.get_short_help_str(LONGEST_SENTENCE)) for name, each in commands if each])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the arguments name; fail with the one that was probably meant."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            from emulator.settings import suggest

            ctx.fail(f"there is no command {args[0]}{suggest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)


@click.group(cls=CommandsOnUse, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="case-emulator")
@click.pass_context
def main(context: click.Context) -> None:
    """Emulate the Create Case APIs of APLYiD Workflow and Sphinx on this machine, webhooks included.

    \b
    Example:
      case-emulator serve
      case-emulator sample aplyid | sh     (from another terminal)
      case-emulator deliveries
    """
    context.obj = os.environ
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
