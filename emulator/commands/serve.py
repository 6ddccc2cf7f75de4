"""`case-emulator serve`"""

import gc
import os
import signal
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import click

from emulator.commands.output import PORT_TAKEN, USAGE, stop
from emulator.commands.setting_flags import given, setting_flags
from emulator.commands.surroundings import environment
from emulator.settings import BadSetting, Settings, read_settings
from emulator.version import VERSION

if TYPE_CHECKING:
    from emulator.running import RunningEmulator


@click.command()
@setting_flags
@click.option(
    "--until-stdin-ends", is_flag=True, help="Stop when standard input ends: for programs that start an emulator."
)
def serve(config: Path | None, until_stdin_ends: bool, **flags: Any) -> None:
    """Start the emulator; Ctrl-C stops it.

    Every flag is also a variable (in brackets) and a key in case-emulator.toml: a flag wins over a variable, a
    variable over the file.

    \b
    Example:
      case-emulator serve --webhook-url http://localhost:3000/webhooks
    """
    try:
        settings = read_settings(given(flags), environment(), Path.cwd(), config)
    except BadSetting as error:
        stop(USAGE, str(error))
    _serve(settings, until_stdin_ends)


def _serve(settings: Settings, until_stdin_ends: bool) -> None:
    # What is imported now stays for good: looking through it for garbage would only slow the start.
    gc.disable()
    from emulator import logs

    logs.configure(settings.log_format)
    _check_port_file(settings.port_file)
    running = _start(settings)
    stopping = _on_signals(settings.port_file)
    if until_stdin_ends:
        Thread(target=_wait_for_end, args=(stopping,), name="stdin", daemon=True).start()
    with running:
        gc.freeze()
        gc.enable()
        _announce(settings, running)
        while not stopping.wait(0.5):  # in pieces: on Windows, Ctrl-C does not interrupt a wait
            pass
        click.echo("stopping: letting webhooks under way end", err=True)
    _forget(settings.port_file)


def _check_port_file(port_file: Path | None) -> None:
    try:
        if port_file:
            _beside(port_file).touch()
            _beside(port_file).unlink()
    except OSError as error:
        stop(USAGE, f"--port-file {port_file} cannot be written: {error.strerror or error}")


def _start(settings: Settings) -> "RunningEmulator":
    from emulator.running import RunningEmulator
    from emulator.store.sqlite import StoreUnusable
    from emulator.web.server import PortTaken

    try:
        return RunningEmulator(settings)
    except PortTaken:
        stop(PORT_TAKEN, f"port {settings.port} is taken: choose another with --port, or --port 0 for a free one")
    except (BadSetting, StoreUnusable) as error:
        stop(USAGE, str(error))
    except PermissionError:
        stop(USAGE, f"port {settings.port} may not be used by you: choose one above 1023 with --port")
    except OSError as error:
        stop(USAGE, f"cannot listen on {settings.host}: {error.strerror or error}; change it with --host")


def _on_signals(port_file: Path | None) -> Event:
    """Set when the process is asked to stop; a second Ctrl-C ends it at once."""
    stopping = Event()

    def ask_to_stop(number: int, frame: object) -> None:
        if stopping.is_set() and number == signal.SIGINT:
            _forget(port_file)
            os._exit(128 + number)
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask_to_stop)
    return stopping


def _wait_for_end(stopping: Event) -> None:
    """Whoever holds the other end may be killed; then this ends as well."""
    while os.read(0, 4096):
        pass
    stopping.set()


def _forget(port_file: Path | None) -> None:
    if port_file:
        port_file.unlink(missing_ok=True)


def _announce(settings: Settings, running: "RunningEmulator") -> None:
    from emulator.app import what_to_send

    kept = f"in {settings.database_file}" if settings.database_file else "in a temporary file, gone at exit"
    click.echo(
        f"case-emulator {VERSION}\n\n{what_to_send(running.url, settings)}\n"
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
