"""Refuse settings that can each be read, but that no start takes; `doctor` asks the same."""

import os
from collections.abc import Iterable
from pathlib import Path

from emulator.delivery.targets import is_loopback
from emulator.settings import SHORTEST_TOKEN, BadSetting, Settings, suggest


def check_credentials(credentials: Iterable[str], providers: Iterable[str]) -> None:
    """Raise BadSetting for a credential (`NAME=KEY`) of an API that is not emulated."""
    known = tuple(providers)
    for item in credentials:
        name = item.partition("=")[0]
        if name not in known:
            raise BadSetting(f"--credential {name}=...: there is no API {name}{suggest(name, known)}")


def port_file_obstacle(port_file: Path) -> str | None:
    """Return why the port file could not be written, without writing it; None if it could."""
    folder = port_file.absolute().parent
    if not folder.is_dir():
        return f"--port-file {port_file} cannot be written: there is no folder {folder}"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"--port-file {port_file} cannot be written: you may not write to {folder}"
    return None


def refuse_open_control(settings: Settings) -> None:
    """Raise BadSetting where others reach the control API, which can read and change everything, too easily.

    They need a token, and one that cannot be guessed, however much --insecure-no-token would do without.
    """
    if is_loopback(settings.host):
        return
    if settings.control_token is not None and len(settings.control_token) < SHORTEST_TOKEN:
        raise BadSetting(
            f"--host {settings.host} lets others in, who could guess a --control-token as short as this one: "
            f"give it {SHORTEST_TOKEN} or more characters, as `openssl rand -hex 16` prints them"
        )
    if settings.control_token is None and not settings.insecure_no_token:
        raise BadSetting(
            f"--host {settings.host} lets others in, and the control API asks them for no token: set --control-token, "
            "or --insecure-no-token to let everybody use it"
        )
