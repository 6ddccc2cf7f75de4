"""The options and error messages of the commands that talk to a running emulator."""

from collections.abc import Callable
from functools import wraps

import click

from emulator.client import Control, NotReached, Refusal
from emulator.commands.environment import environment
from emulator.commands.output import FAILURE, stop
from emulator.settings import CONTROL_TOKEN_VARIABLE, TLS_CA_FILE_VARIABLE, URL_VARIABLE

DEFAULT_URL = "http://127.0.0.1:8642"

Command = Callable[..., None]


def remote_command(command: Command) -> Command:
    """Call the command with `control`, `sandbox` and `as_json`; end with a message when the emulator says no."""

    @sandbox_flag
    @url_flag
    @click.option(
        "--control-token",
        metavar="TOKEN",
        help=f"The emulator's control token, where it asks for one. [{CONTROL_TOKEN_VARIABLE}]",
    )
    @click.option(
        "--tls-ca-file",
        metavar="FILE",
        help=f"The authority to trust, where the emulator speaks https. [{TLS_CA_FILE_VARIABLE}]",
    )
    @json_flag
    @wraps(command)
    def ask(url: str, control_token: str | None, tls_ca_file: str | None, **options: object) -> None:
        token = control_token or environment().get(CONTROL_TOKEN_VARIABLE) or None
        authority = tls_ca_file or environment().get(TLS_CA_FILE_VARIABLE) or None
        control = _control(url, token, authority)
        try:
            command(control=control, **options)
        except NotReached as error:
            stop(FAILURE, f"{error}; --url or {URL_VARIABLE} names another address")
        except Refusal as error:
            stop(FAILURE, _reason(error, token))

    return ask


def _reason(error: Refusal, token: str | None) -> str:
    if error.status != 401:
        return f"{error.detail} ({error.status})"
    begun = "the emulator asks for its control token" if token is None else "this is not the control token"
    return f"{begun}: --control-token or {CONTROL_TOKEN_VARIABLE} gives it ({error.status})"


def _control(url: str, token: str | None, authority: str | None) -> Control:
    _check(authority, "--tls-ca-file")
    _check(token, "--control-token")
    try:
        return Control(url, token, authority=authority)
    except ValueError as error:  # the URL was checked before, so this is the token
        raise click.BadParameter(str(error), param_hint="--control-token") from error


def _check(text: str | None, flag: str) -> None:
    """Raise BadParameter for a text that cannot be meant as it stands."""
    from emulator.plain_values import NotPlain, check_plain

    try:
        check_plain(text)
    except NotPlain as error:  # the whole text would show a token
        raise click.BadParameter(error.reason, param_hint=flag) from error


def _read_url(context: click.Context, parameter: click.Parameter, flag: str | None) -> str:
    from emulator.readers import read_public_url

    url, where = flag or environment().get(URL_VARIABLE) or DEFAULT_URL, "--url" if flag else URL_VARIABLE
    try:
        return read_public_url(url)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint=where) from error


def _read_sandbox(context: click.Context, parameter: click.Parameter, name: str) -> str:
    from emulator.web.credentials import EXPIRED, SANDBOX_NAME

    if name == EXPIRED or not SANDBOX_NAME.fullmatch(name):
        raise click.BadParameter(f"1 to 64 of a-z 0-9 - _ are needed; {EXPIRED} stands for an expired key")
    return name


url_flag = click.option(
    "--url", metavar="URL", callback=_read_url, help=f"Where the emulator is. Default: {DEFAULT_URL}. [{URL_VARIABLE}]"
)
sandbox_flag = click.option(
    "--sandbox", metavar="NAME", default="default", callback=_read_sandbox, help="Which sandbox. Default: default."
)
json_flag = click.option("--json", "as_json", is_flag=True, help="Print JSON, and nothing else, on stdout.")
