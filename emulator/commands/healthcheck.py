"""The command `case-emulator healthcheck`."""

import click

from emulator.commands.environment import environment
from emulator.commands.output import FAILURE, stop
from emulator.commands.working_folder import working_folder
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

    url = url or environment().get(URL_VARIABLE)
    try:
        settings = None if url else read_settings({}, environment(), working_folder())
        reason = why_not_ready(_own_url(settings) if settings else url or "", timeout)
    except (BadSetting, ValueError) as error:
        stop(FAILURE, str(error))
    if reason:
        stop(FAILURE, reason + (_why_it_cannot_start(settings) if settings else ""))


def _why_it_cannot_start(settings: Settings) -> str:
    """Return what a `serve` with these settings would say of its database, as the end of a sentence; else nothing."""
    from emulator.store.checkup import examine
    from emulator.store.opening import examine_url
    from emulator.store.sqlite import StoreTaken, StoreUnusable

    try:
        if settings.database_url:
            examine_url(settings.database_url)
        elif settings.database_file:
            examine(settings.database_file)
    except StoreTaken:  # by an emulator that is up, but not ready
        return ""
    except StoreUnusable as error:
        return f"; {error}"
    return ""


def _own_url(settings: Settings) -> str:
    """Return the URL of a `serve` with these settings; raise BadSetting for port 0."""
    if settings.port == 0:
        raise BadSetting(f"a free port is picked at each start: name the address with --url or {URL_VARIABLE}")
    # An emulator that listens on every address is reached by that of this machine.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)
    return f"{_scheme(settings)}://{f'[{host}]' if ':' in host else host}:{settings.port}"


def _scheme(settings: Settings) -> str:
    return "https" if getattr(settings, "tls", False) else "http"
