"""What `serve` and `run` have in common: to build an emulator from the command line, and to write the port file."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from emulator.commands.environment import environment
from emulator.commands.output import PORT_TAKEN, USAGE, stop
from emulator.commands.setting_flags import given
from emulator.commands.working_folder import working_folder
from emulator.setting_sources import read_settings
from emulator.settings import CONFIG_VARIABLE, TLS_CA_FILE_VARIABLE, BadSetting, Settings

if TYPE_CHECKING:
    from emulator.running import RunningEmulator

Refuse: TypeAlias = Callable[[int, str], NoReturn]  # ends the process with a code, and says why


def settings_of(flags: Mapping[str, object], config: Path | None, **defaults: object) -> Settings:
    """Return the settings from flags, variables and file; a wrong setting ends the process."""
    try:
        return read_settings(given(flags), environment(), working_folder(), config, defaults)
    except BadSetting as error:
        stop(USAGE, str(error))


def settings_for_tests(flags: Mapping[str, object], config: Path | None, **defaults: object) -> Settings:
    """Return the settings of an emulator for a test run: from flags, variables, and a file that one of them names.

    A case-emulator.toml in this folder belongs to the emulator that somebody develops with, and so does the authority
    that TLS_CA_FILE names: it is for clients to trust. A wrong setting ends the process.
    """
    environ = {name: value for name, value in environment().items() if name != TLS_CA_FILE_VARIABLE}
    named = config or Path(environ.get(CONFIG_VARIABLE) or os.devnull)
    try:
        return read_settings(given(flags), environ, working_folder(), named, defaults)
    except BadSetting as error:
        stop(USAGE, str(error))


def build(settings: Settings, refuse: Refuse = stop) -> "RunningEmulator":
    """Return an emulator that listens but does not answer yet; end the process when it cannot be built."""
    from emulator.core.errors import StoreUnavailable
    from emulator.running import RunningEmulator
    from emulator.server.http_server import PortTaken

    check_port_file(settings.port_file, refuse)
    try:
        return RunningEmulator(settings)
    except PortTaken:
        others = "choose another with --port, or --port 0 for a free one; `case-emulator doctor` says who has it"
        refuse(PORT_TAKEN, f"port {settings.port} is taken: {others}")
    except (BadSetting, StoreUnavailable) as error:
        refuse(USAGE, str(error))
    except PermissionError:
        refuse(USAGE, f"port {settings.port} may not be used by you: choose one above 1023 with --port")
    except OSError as error:
        refuse(USAGE, f"cannot listen on {settings.host}: {error.strerror or error}; change it with --host")


def check_port_file(port_file: Path | None, refuse: Refuse = stop) -> None:
    """End the process, before anything is started, when the port file cannot be written."""
    try:
        if port_file:
            _beside(port_file).touch()
            _beside(port_file).unlink()
    except OSError as error:
        refuse(USAGE, f"--port-file {port_file} cannot be written: {error.strerror or error}")


def write_port_file(port_file: Path | None, port: int) -> None:
    """Write the port into the file, if one is set."""
    if port_file:
        new = _beside(port_file)
        new.write_text(f"{port}\n", encoding="utf-8")
        new.replace(port_file)


def forget_port_file(port_file: Path | None) -> None:
    """Remove the port file, if one is set, because its port is served no longer."""
    if port_file:
        port_file.unlink(missing_ok=True)


def _beside(port_file: Path) -> Path:
    """Return the file to write first and then rename, so that a program that waits for the file finds it whole."""
    return port_file.with_name(port_file.name + ".new")
