"""The commands, thin: read the settings, start the parts, word what went wrong."""

import gc
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, NoReturn

import click

from emulator.settings import PREFIX, BadSetting, Settings, read_settings
from emulator.version import VERSION

if TYPE_CHECKING:
    from emulator.running import RunningEmulator

USAGE, PORT_TAKEN = 2, 3


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
    from emulator.running import RunningEmulator
    from emulator.store.sqlite import StoreUnusable
    from emulator.web.server import PortTaken

    logs.configure(settings.log_format)
    try:
        if settings.port_file:
            _beside(settings.port_file).touch()
            _beside(settings.port_file).unlink()
    except OSError as error:
        _stop(USAGE, f"--port-file {settings.port_file} cannot be written: {error.strerror or error}")
    try:
        running = RunningEmulator(settings)
    except PortTaken:
        _stop(
            PORT_TAKEN,
            f"port {settings.port} is taken: choose another with --port, or --port 0 for a free one",
        )
    except (BadSetting, StoreUnusable) as error:
        _stop(USAGE, str(error))
    except PermissionError:
        _stop(USAGE, f"port {settings.port} may not be used by you: choose one above 1023 with --port")
    except OSError as error:
        _stop(USAGE, f"cannot listen on {settings.host}: {error.strerror or error}; change it with --host")
    stopping = _on_signals(settings.port_file)
    with running:
        gc.freeze()
        gc.enable()
        _announce(settings, running)
        while not stopping.wait(0.5):  # in pieces: on Windows, Ctrl-C does not interrupt a wait
            pass
        click.echo("stopping: letting webhooks under way end", err=True)
    _forget(settings.port_file)


def _on_signals(port_file: Path | None) -> Event:
    """Set when the process is asked to stop; a second Ctrl-C ends it at once."""
    stopping = Event()

    def stop(number: int, frame: object) -> None:
        if stopping.is_set() and number == signal.SIGINT:
            _forget(port_file)
            os._exit(128 + number)
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return stopping


def _forget(port_file: Path | None) -> None:
    if port_file:
        port_file.unlink(missing_ok=True)


def _announce(settings: Settings, running: "RunningEmulator") -> None:
    from emulator.app import what_to_send

    kept = f"in {settings.database_file}" if settings.database_file else "in a temporary file, gone at exit"
    click.echo(
        f"case-emulator {VERSION}\n\n{what_to_send(running.url)}\n"
        f"APLYiD's webhooks {running.told_of_webhooks}; Sphinx's go to each case's webhook_url.\n"
        f"Everything is kept {kept}. Stop with Ctrl-C.\n",
        err=True,
    )
    if settings.port_file:
        written = _beside(settings.port_file)
        written.write_text(f"{running.port}\n", encoding="utf-8")
        written.replace(settings.port_file)
    print(f"Ready {running.url}", flush=True)  # noqa: T201


def _beside(port_file: Path) -> Path:
    """Written first and renamed, so that whoever waits for the file finds it whole."""
    return port_file.with_name(port_file.name + ".new")


def _stop(code: int, told: str) -> NoReturn:
    click.echo(f"case-emulator: {told}", err=True)
    sys.exit(code)
