"""The commands, thin: read the settings, start the parts, word what went wrong."""

import gc
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from threading import Event
from typing import Any, NoReturn

import click

from emulator.settings import PREFIX, BadSetting, Settings, read_settings
from emulator.version import VERSION

FAILED, USAGE, PORT_TAKEN = 1, 2, 3


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="case-emulator")
def main() -> None:
    """A local stand-in for the Create Case APIs of APLYiD Workflow and Sphinx, webhooks included."""


def _flags(command: Callable[..., None]) -> Callable[..., None]:
    """One flag for each setting, documented from the same table."""
    for setting in reversed(fields(Settings)):
        told = f"{setting.metadata['help']} [{PREFIX}{setting.name.upper()}]"
        options: dict[str, Any] = {"help": told, "default": None}
        if setting.type is bool:
            options["is_flag"] = True
        else:
            options |= {
                "metavar": setting.metadata["metavar"],
                "multiple": str(setting.type).startswith("tuple"),
            }
        command = click.option("--" + setting.name.replace("_", "-"), **options)(command)
    return command


@main.command()
@_flags
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"Settings file instead of case-emulator.toml in this folder. [{PREFIX}CONFIG]",
)
def serve(config: Path | None, **flags: Any) -> None:
    """Start the emulator; Ctrl-C stops it.

    Every flag is also a variable (in brackets) and a key in case-emulator.toml: a flag wins over a variable, a
    variable over the file.
    """
    given = {name: value for name, value in flags.items() if value not in (None, ())}
    try:
        settings = read_settings(given, os.environ, Path.cwd(), config)
    except BadSetting as error:
        _stop(USAGE, str(error))
    _serve(settings)


def _serve(settings: Settings) -> None:
    # What is imported now stays for good: looking through it for garbage would only slow the start.
    gc.disable()
    from emulator import logs
    from emulator.app import RunningEmulator
    from emulator.store.sqlite import StoreUnusable
    from emulator.web.server import PortTaken

    logs.configure(settings.log_format)
    try:
        running = RunningEmulator(settings)
    except PortTaken:
        _stop(
            PORT_TAKEN,
            f"port {settings.port} is taken: choose another with --port, or --port 0 for a free one",
        )
    except (BadSetting, StoreUnusable) as error:
        _stop(USAGE, str(error))
    except OSError as error:
        _stop(USAGE, f"cannot listen on {settings.host}: {error.strerror or error}; change it with --host")
    stopping = _on_signals()
    with running:
        gc.freeze()
        gc.enable()
        _announce(settings, running.url, running.port)
        stopping.wait()
        click.echo("stopping: letting webhooks under way end", err=True)
    if settings.port_file:
        settings.port_file.unlink(missing_ok=True)


def _on_signals() -> Event:
    """Set when the process is asked to stop; asked a second time, it stops at once."""
    stopping = Event()

    def stop(number: int, frame: object) -> None:
        if stopping.is_set():
            os._exit(128 + number)
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return stopping


def _announce(settings: Settings, url: str, port: int) -> None:
    from emulator.app import what_to_send

    kept = f"in {settings.database_file}" if settings.database_file else "in a temporary file, gone at exit"
    goes = settings.webhook_url or "to the inbox (--webhook-url sends them)"
    click.echo(
        f"case-emulator {VERSION}\n\n{what_to_send(url)}\n"
        f"APLYiD's webhooks go {goes}, Sphinx's to each case's webhook_url.\n"
        f"Everything is kept {kept}. Stop with Ctrl-C.\n",
        err=True,
    )
    if settings.port_file:
        written = settings.port_file.with_name(settings.port_file.name + ".new")
        written.write_text(f"{port}\n", encoding="utf-8")
        written.replace(settings.port_file)
    print(f"Ready {url}", flush=True)  # noqa: T201


def _stop(code: int, told: str) -> NoReturn:
    click.echo(f"case-emulator: {told}", err=True)
    sys.exit(code)
