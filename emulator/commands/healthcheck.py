"""The command `case-emulator healthcheck`."""

from pathlib import Path

import click

from emulator.commands.environment import environment
from emulator.commands.output import FAILURE, stop
from emulator.setting_sources import read_settings
from emulator.settings import URL_VARIABLE, BadSetting, Settings


def _read_timeout(context: click.Context, parameter: click.Parameter, seconds: float) -> float:
    if not 0 < seconds <= 3600:
        raise click.BadParameter("seconds are needed, more than 0 and at most 3600")
    return seconds


@click.command()
@click.option("--url", metavar="URL", help=f"Where the emulator is; without it the settings say so. [{URL_VARIABLE}]")
@click.option(
    "--timeout", metavar="SECONDS", type=float, default=3, callback=_read_timeout, help="How long to wait. Default: 3."
)
def healthcheck(url: str | None, timeout: float) -> None:
    """Tell by the exit code whether an emulator is ready: 0 yes, 1 no, with the reason on stderr.

    For containers: it needs no curl, and finds the emulator by the variables and the settings file of `serve`. The
    certificate of an https:// address is not verified.

    \b
    Example:
      case-emulator healthcheck --url http://127.0.0.1:8642
    """
    from emulator.client import why_not_ready

    try:
        reason = why_not_ready(url or environment().get(URL_VARIABLE) or _own_url(), timeout)
    except (BadSetting, ValueError) as error:
        reason = str(error)
    if reason:
        stop(FAILURE, reason)


def _own_url() -> str:
    """Return the URL of a `serve` with this environment in this folder; raise BadSetting, too, for port 0."""
    settings = read_settings({}, environment(), Path.cwd())
    if settings.port == 0:
        raise BadSetting(f"a free port is picked at each start: name the address with --url or {URL_VARIABLE}")
    # An emulator that listens on every address is reached by that of this machine.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    return f"{_scheme(settings)}://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _scheme(settings: Settings) -> str:
    return "https" if getattr(settings, "tls", False) else "http"
