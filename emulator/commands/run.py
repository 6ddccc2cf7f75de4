"""The command `case-emulator run`."""

import gc
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.commands.beside import Names, authority, check_names, names_flag, variables
from emulator.commands.environment import environment
from emulator.commands.output import FAILURE, USAGE, stop
from emulator.commands.relay import DIED_BY_SIGNAL, CannotStart, Relay
from emulator.commands.setting_flags import setting_flags
from emulator.commands.starting import build, forget_port_file, settings_for_tests, write_port_file
from emulator.settings import Settings

if TYPE_CHECKING:
    from emulator.running import RunningEmulator

log = logging.getLogger("emulator.run")


def _read_log_file(context: click.Context, parameter: click.Parameter, flag: str | None) -> Path | None:
    from emulator.path_readers import read_path

    try:
        return read_path(flag) if flag is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command(context_settings={"allow_interspersed_args": False})
@names_flag
@click.option("--log-file", metavar="FILE", callback=_read_log_file, help="Write the emulator's log there.")
@click.option("-v", "--verbose", is_flag=True, help="Write the emulator's log to stderr, not only its warnings.")
@setting_flags
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="-- COMMAND ...")
def run(
    config: Path | None, names: Names, log_file: Path | None, verbose: bool, command: Sequence[str], **flags: object
) -> None:
    """Run a command beside an emulator of its own, and end with its exit code.

    The command finds the emulator by APLYID_BASE_URL, APLYID_ACCESS_KEY, SPHINXHQ_BASE_URL, SPHINXHQ_SESSION_ID and
    CASE_EMULATOR_URL. Settings are those of serve, but the port is a free one unless told, and a case-emulator.toml in
    this folder counts only if --config names it.

    \b
    Example:
      case-emulator run -- pytest -x
      case-emulator run --delay 0 --name APLYID_BASE_URL=KYC_URL -- npm test
    """
    if not command:
        stop(USAGE, "say which command to run, as in: case-emulator run -- pytest -x")
    settings = settings_for_tests(flags, config, port=0)
    relay = Relay()
    check_names(names)
    with _logging(settings.log_format, log_file, verbose), authority(settings) as complete:
        code = _run(complete, names, relay, command, has_log=verbose or log_file is not None)
    sys.exit(code)


@contextmanager
def _logging(log_format: str, path: Path | None, verbose: bool) -> Iterator[None]:
    """Write the whole log to a file or to stderr, or only warnings to stderr."""
    from emulator import logs

    with ExitStack() as opened:
        try:
            file = opened.enter_context(path.open("a", encoding="utf-8", buffering=1)) if path else None
        except OSError as error:
            stop(USAGE, f"--log-file {path} cannot be written: {error.strerror or error}")
        logs.configure(log_format, file, logging.INFO if file or verbose else logging.WARNING)
        yield
        logging.getLogger().handlers.clear()  # a thread that still logs would find the file closed


def _run(settings: Settings, names: Names, relay: Relay, command: Sequence[str], *, has_log: bool) -> int:
    gc.disable()  # as in `serve`: what is imported now is never garbage
    relay.hold()
    running = build(settings)
    with running:
        gc.freeze()
        gc.enable()
        _wait_for(running)
        log.info("serving at %s", running.address)
        port_file = _free(settings.port_file)
        write_port_file(port_file, running.port)
        try:
            code = relay.run(command, variables(names, running.address, settings, environment()))
        except CannotStart as error:
            stop(error.code, str(error))
        finally:
            forget_port_file(port_file)
        relay.release(code)
        if 0 < code < DIED_BY_SIGNAL and not has_log:
            _print_hint(code, running, settings)
    return code


def _free(port_file: Path | None) -> Path | None:
    """Return the port file; None, and say so, where one is there already, because another emulator wrote it."""
    if port_file is None or not port_file.exists():
        return port_file
    log.warning(
        "%s is left as it is: it is the port file of another emulator, or left by one that was killed", port_file
    )
    return None


def _wait_for(running: "RunningEmulator") -> None:
    from emulator.client import why_not_ready
    from emulator.running import SECONDS_TO_SERVE

    reason = why_not_ready(running.address, SECONDS_TO_SERVE)
    if reason:
        stop(FAILURE, reason)


def _print_hint(code: int, running: "RunningEmulator", settings: Settings) -> None:
    """Print a line that helps to find out why the command failed."""
    hint = "--verbose or --log-file shows what it asked the emulator"
    if not running.was_asked:
        hint = (
            "it asked the emulator for nothing: does it read APLYID_BASE_URL or SPHINXHQ_BASE_URL? --name renames them"
        )
    if settings.log_format == "json":
        log.warning("the command ended with %d; %s", code, hint)
    else:
        click.echo(f"case-emulator: the command ended with {code}; {hint}", err=True)
