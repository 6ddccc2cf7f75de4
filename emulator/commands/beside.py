"""What `run` and `worlds` have in common: the environment of a command that runs beside an emulator of its own."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from emulator.commands.output import USAGE, stop
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

KEY = "test_default"
VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Settings of this emulator that the command does not inherit: an emulator of its own would fail with the same port.
OURS_ALONE = {CONFIG_VARIABLE, *(PREFIX + name.upper() for name in OPTIONS)} - {CONTROL_TOKEN_VARIABLE}

Names = Mapping[str, Sequence[str]]


def read_names(context: click.Context, parameter: click.Parameter, items: Sequence[str]) -> Names:
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


names_flag = click.option(
    "--name",
    "names",
    metavar="VARIABLE=NAME",
    multiple=True,
    callback=read_names,
    help="Give the command a variable by another name, as in APLYID_BASE_URL=MY_URL; repeatable.",
)


@contextmanager
def authority(settings: Settings) -> Iterator[Settings]:
    """Yield the settings with a file for the authority of --tls, for as long as the command runs."""
    if not settings.tls or settings.tls_ca_file:
        yield settings
        return
    with TemporaryDirectory(prefix="case-emulator-") as folder:
        yield replace(settings, tls_ca_file=Path(folder, "ca.pem"))


def values_of(address: str) -> dict[str, str]:
    """Return the variables by which a program finds an emulator at this address."""
    from emulator.app import PROVIDERS
    from emulator.settings import variables_of

    values = {URL_VARIABLE: address}
    for provider in PROVIDERS:
        names = variables_of(provider.name)
        values |= {names["url"]: address, names["credential"]: KEY}
    return values


def check_names(names: Names) -> None:
    """End the process, before anything is started, when the names make no sense."""
    ours, taken = values_of("the address"), dict[str, str]()
    for variable, others in names.items():
        if variable not in ours:
            stop(USAGE, f"--name: {variable} is no variable of ours{suggest(variable, ours)}")
        for name in others:
            if taken.setdefault(name, ours[variable]) != ours[variable]:
                stop(USAGE, f"--name: {name} cannot be {taken[name]} and {ours[variable]} at once")


def variables(names: Names, address: str, settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the command, from that of this process."""
    from emulator.client.proxies import bypass_proxies

    renamed = {name: value for ours, value in values_of(address).items() for name in names.get(ours, [ours])}
    inherited = {name: value for name, value in environ.items() if name not in OURS_ALONE}
    credentials = {CONTROL_TOKEN_VARIABLE: settings.control_token} if settings.control_token else {}
    if settings.tls and settings.tls_ca_file:
        credentials[TLS_CA_FILE_VARIABLE] = str(settings.tls_ca_file.absolute())
    # The URL keeps its own name, too: a `case-emulator reset` within the command finds the emulator by it.
    proxies = bypass_proxies(address, inherited)
    return {**inherited, **proxies, **renamed, **credentials, URL_VARIABLE: address}
