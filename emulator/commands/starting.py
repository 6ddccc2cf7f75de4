"""What `serve` and `run` have in common: an emulator with the settings of the command line."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emulator.commands.environment import environment
from emulator.commands.output import PORT_TAKEN, USAGE, stop
from emulator.commands.setting_flags import given
from emulator.setting_sources import read_settings
from emulator.settings import BadSetting, Settings

if TYPE_CHECKING:
    from emulator.running import RunningEmulator


def settings_of(flags: Mapping[str, Any], config: Path | None, **defaults: Any) -> Settings:
    """The settings, from wherever they come; wrong ones end the process."""
    try:
        return read_settings(given(flags), environment(), Path.cwd(), config, defaults)
    except BadSetting as error:
        stop(USAGE, str(error))


def build(settings: Settings) -> "RunningEmulator":
    """An emulator that listens but does not answer yet; one that cannot be had ends the process."""
    from emulator.running import RunningEmulator
    from emulator.server.http_server import PortTaken
    from emulator.store.sqlite import StoreUnusable

    check_port_file(settings.port_file)
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


def check_port_file(port_file: Path | None) -> None:
    """Find out before anything is started whether it can be written."""
    try:
        if port_file:
            _beside(port_file).touch()
            _beside(port_file).unlink()
    except OSError as error:
        stop(USAGE, f"--port-file {port_file} cannot be written: {error.strerror or error}")


def write_port_file(port_file: Path | None, port: int) -> None:
    """Say where we serve."""
    if port_file:
        written = _beside(port_file)
        written.write_text(f"{port}\n", encoding="utf-8")
        written.replace(port_file)


def forget_port_file(port_file: Path | None) -> None:
    """We serve no longer."""
    if port_file:
        port_file.unlink(missing_ok=True)


def _beside(port_file: Path) -> Path:
    """Written first and renamed, so that whoever waits for the file finds it whole."""
    return port_file.with_name(port_file.name + ".new")
