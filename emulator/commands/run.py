"""The command `case-emulator run`."""

import gc
import logging
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from emulator.commands.environment import environment
from emulator.commands.output import FAILURE, USAGE, stop
from emulator.commands.relay import DIED_BY_SIGNAL, CannotStart, Relay
from emulator.commands.setting_flags import setting_flags
from emulator.commands.starting import build, forget_port_file, settings_for_tests, write_port_file
from emulator.settings import (
    CONFIG_VARIABLE,
    CONTROL_TOKEN_VARIABLE,
    OPTIONS,
    PREFIX,
    TLS_CA_FILE_VARIABLE,
    URL_VARIABLE,
    Settings,
    suggest,
)

if TYPE_CHECKING:
    from emulator.running import RunningEmulator

log = logging.getLogger("emulator.run")
KEY = "test_default"
SECONDS_TO_SERVE = 10.0
VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Settings of this emulator that the command does not inherit: an emulator of its own would fail with the same port.
OURS_ALONE = {CONFIG_VARIABLE, *(PREFIX + name.upper() for name in OPTIONS)} - {CONTROL_TOKEN_VARIABLE}

Names = Mapping[str, Sequence[str]]


def _read_names(context: click.Context, parameter: click.Parameter, items: Sequence[str]) -> Names:
    """Return the names that replace each of the emulator's variables; raise BadParameter."""
    names: dict[str, list[str]] = {}
    for item in items:
        variable, equals, name = item.partition("=")
        if not equals or not VARIABLE_NAME.fullmatch(name):
            raise click.BadParameter(f"{item!a} should read like APLYID_BASE_URL=MY_URL")
        if name.startswith(PREFIX):
            raise click.BadParameter(f"{name}: names that begin with {PREFIX} are the emulator's own")
        names.setdefault(variable, []).append(name)
    return names


def _read_log_file(context: click.Context, parameter: click.Parameter, flag: str | None) -> Path | None:
    from emulator.path_readers import read_path

    try:
        return read_path(flag) if flag is not None else None
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command(context_settings={"allow_interspersed_args": False})
@setting_flags
@click.option(
    "--name",
    "names",
    metavar="VARIABLE=NAME",
    multiple=True,
    callback=_read_names,
    help="Give the command a variable by another name, as in APLYID_BASE_URL=MY_URL; repeatable.",
)
@click.option("--log-file", metavar="FILE", callback=_read_log_file, help="Write the emulator's log there.")
@click.option("-v", "--verbose", is_flag=True, help="Write the emulator's log to stderr, not only its warnings.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND ...")
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
    settings = settings_for_tests(flags, config, port=0)
    relay = Relay()
    _check_names(names)
    with _logging(settings.log_format, log_file, verbose), _authority(settings) as complete:
        code = _run(complete, names, relay, command, has_log=verbose or log_file is not None)
    sys.exit(code)


@contextmanager
def _authority(settings: Settings) -> Iterator[Settings]:
    """Yield the settings with a file for the authority of --tls, for as long as the command runs."""
    if not settings.tls or settings.tls_ca_file:
        yield settings
        return
    with TemporaryDirectory(prefix="case-emulator-") as folder:
        yield replace(settings, tls_ca_file=Path(folder, "ca.pem"))


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
            code = relay.run(command, _variables(names, running.address, settings))
        except CannotStart as error:
            stop(error.code, str(error))
        finally:
            forget_port_file(port_file)
        relay.release(code)
        if 0 < code < DIED_BY_SIGNAL and not has_log:
            _print_hint(code, running)
    return code


def _free(port_file: Path | None) -> Path | None:
    """Return the port file; None, and say so, where one is there already, because another emulator wrote it."""
    if port_file is None or not port_file.exists():
        return port_file
    log.warning(
        "%s is left as it is: it is the port file of another emulator, or left by one that was killed", port_file
    )
    return None


def _values(address: str) -> dict[str, str]:
    """Return the variables by which a program finds an emulator at this address."""
    from emulator.app import PROVIDERS
    from emulator.settings import variables_of

    values = {URL_VARIABLE: address}
    for provider in PROVIDERS:
        names = variables_of(provider.name)
        values |= {names["url"]: address, names["credential"]: KEY}
    return values


def _check_names(names: Names) -> None:
    """End the process, before anything is started, when the names make no sense."""
    ours, taken = _values("the address"), dict[str, str]()
    for variable, others in names.items():
        if variable not in ours:
            stop(USAGE, f"--name: {variable} is no variable of ours{suggest(variable, ours)}")
        for name in others:
            if taken.setdefault(name, ours[variable]) != ours[variable]:
                stop(USAGE, f"--name: {name} cannot be {taken[name]} and {ours[variable]} at once")


def _variables(names: Names, address: str, settings: Settings) -> dict[str, str]:
    """Return the environment of the command."""
    from emulator.client.proxies import bypass_proxies

    renamed = {name: value for ours, value in _values(address).items() for name in names.get(ours, [ours])}
    inherited = {name: value for name, value in environment().items() if name not in OURS_ALONE}
    credentials = {CONTROL_TOKEN_VARIABLE: settings.control_token} if settings.control_token else {}
    if settings.tls and settings.tls_ca_file:
        credentials[TLS_CA_FILE_VARIABLE] = str(settings.tls_ca_file.absolute())
    # The URL keeps its own name, too: a `case-emulator reset` within the command finds the emulator by it.
    proxies = bypass_proxies(address, inherited)
    return {**inherited, **proxies, **renamed, **credentials, URL_VARIABLE: address}


def _wait_for(running: "RunningEmulator") -> None:
    from emulator.client import why_not_ready

    reason = why_not_ready(running.address, SECONDS_TO_SERVE)
    if reason:
        stop(FAILURE, reason)


def _print_hint(code: int, running: "RunningEmulator") -> None:
    """Print a line that helps to find out why the command failed."""
    hint = "--verbose or --log-file shows what it asked the emulator"
    if not running.was_asked:
        hint = (
            "it asked the emulator for nothing: does it read APLYID_BASE_URL or SPHINXHQ_BASE_URL? --name renames them"
        )
    click.echo(f"case-emulator: the command ended with {code}; {hint}", err=True)
