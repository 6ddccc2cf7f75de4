"""The command `case-emulator serve`."""

import gc
import json
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, NoReturn

import click

from emulator.commands.late_patterns import import_marshmallow
from emulator.commands.output import USAGE, stop
from emulator.commands.setting_flags import setting_flags
from emulator.commands.starting import build, forget_port_file, settings_of, write_port_file
from emulator.commands.stopping import Stopping
from emulator.settings import Settings
from emulator.version import VERSION

if TYPE_CHECKING:
    from emulator.running import RunningEmulator

log = logging.getLogger("emulator.serve")
STOPS = "stopping: letting webhooks under way end"


@click.command()
@setting_flags
@click.option(
    "--until-stdin-ends", is_flag=True, help="Stop when standard input ends: for programs that start an emulator."
)
def serve(config: Path | None, until_stdin_ends: bool, **flags: object) -> None:
    """Start the emulator; Ctrl-C stops it.

    Every flag is also a variable (in brackets) and a key in case-emulator.toml: a flag wins over a variable, a
    variable over the file.

    \b
    Example:
      case-emulator serve --webhook-url http://localhost:3000/webhooks
    """
    if until_stdin_ends and sys.stdin is None:
        stop(USAGE, "--until-stdin-ends: standard input is closed, so that its end would never come; give it a pipe")
    _serve(settings_of(flags, config), until_stdin_ends)


def _serve(settings: Settings, until_stdin_ends: bool) -> None:
    # What is imported now is never garbage: to search it would only slow the start.
    gc.disable()
    import_marshmallow()
    from emulator import logs

    logs.configure(settings.log_format)
    running = build(settings, _refuse if _is_for_programs(settings) else stop)
    stopping = Stopping(settings.port_file)
    stopping.watch_signals()
    if until_stdin_ends:
        Thread(target=_wait_for_end, args=(stopping,), name="stdin", daemon=True).start()
    try:
        with running:
            gc.freeze()
            gc.enable()
            _announce(settings, running)
            stopping.wait()
            running.announce_stop()
            stopping.linger(settings.stop_delay.total_seconds())
            _say_that_it_stops(settings)
    finally:
        forget_port_file(settings.port_file)


def _wait_for_end(stopping: Stopping) -> None:
    """Stop at the end of standard input, which also comes when the process at its other end is killed."""
    with suppress(OSError):  # a terminal that is gone
        while os.read(0, 4096):
            pass
    stopping.ask()


def _is_for_programs(settings: Settings) -> bool:
    """Return whether every line is to be JSON."""
    return settings.log_format == "json"


def _refuse(code: int, message: str) -> NoReturn:
    log.error("%s", message)
    sys.exit(code)


def _say_that_it_stops(settings: Settings) -> None:
    if _is_for_programs(settings):
        log.info(STOPS)
        return
    with suppress(OSError):  # a terminal that was closed takes no more text
        click.echo(STOPS, err=True)


def _announce(settings: Settings, running: "RunningEmulator") -> None:
    """Say on stderr what to send where; then, on stdout, that it is ready, for the program that waits for it."""
    if _is_for_programs(settings):
        _log_start(running)
        ready = json.dumps({"message": "ready", "url": running.url, "port": running.port})
    else:
        with suppress(OSError):  # whoever reads it has gone, or its disk is full
            _print_banner(settings, running)
        ready = f"Ready {running.url}"
    write_port_file(settings.port_file, running.port)
    _tell_reader(ready)


def _tell_reader(line: str) -> None:
    """Print a line on stdout, if anybody reads it: a pipe may have been closed, and a disk may be full."""
    try:
        print(line, flush=True)  # noqa: T201
    except OSError as error:
        log.warning("nobody reads standard output: %s", error.strerror or error)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # or Python fails at its end, for what is left of the line


def _log_start(running: "RunningEmulator") -> None:
    facts = {"version": VERSION, "url": running.url, "port": running.port, "webhooks": running.webhook_summary}
    facts |= {"database": running.database} if running.database else {}
    log.info("serving at %s", running.url, extra={"fields": facts})


def _print_banner(settings: Settings, running: "RunningEmulator") -> None:
    from emulator.addresses import what_to_send
    from emulator.app import PROVIDERS

    place = f"in {running.database}" if running.database else "in a temporary file, gone at exit"
    click.echo(
        f"case-emulator {VERSION}\n\n{what_to_send(PROVIDERS, running.url, settings)}\n"
        f"APLYiD's webhooks {running.webhook_summary}; Sphinx's go to each case's webhook_url.\n"
        f"Everything is kept {place}. Stop with Ctrl-C.\n",
        err=True,
    )
