"""What would keep an emulator from working here: the checks of `case-emulator doctor`, which change nothing."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from emulator.addresses import scheme_of
from emulator.app import read_startup_files, read_switches
from emulator.client import Control, NotReached
from emulator.server.http_server import PortTaken, listen, local_address
from emulator.setting_sources import find_settings_file, read_settings
from emulator.settings import FILE_NAME, BadSetting, Settings
from emulator.store.checkup import engine_version, examine
from emulator.store.sqlite import StoreTaken, StoreUnusable
from emulator.wiring import targets_of

PATIENCE = 3.0  # seconds for whoever has our port to say who it is


class Level(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    WARNING = "warning"  # it works, though perhaps not as meant
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, what was found, and what to do about it."""

    level: Level
    about: str
    told: str


@dataclass(frozen=True, slots=True)
class Door:
    """The port: what was found there, the address it stands for, and whether an emulator answers."""

    finding: Finding
    address: str | None = None
    ours: bool = False


def diagnose(
    flags: Mapping[str, object], environ: Mapping[str, str], folder: Path, config: Path | None = None
) -> list[Finding]:
    """All findings about a start with those flags, variables and file."""
    found = [Finding(Level.OK, "python", f"Python {platform.python_version()}"), _engine()]
    try:
        settings = read_settings(flags, environ, folder, config)
        read_switches(settings.switch)
        read_startup_files(settings)
    except BadSetting as error:
        return [*found, Finding(Level.PROBLEM, "settings", str(error))]
    door = _door(settings)
    file = find_settings_file(environ, folder, config)
    told = f"read from {file}" if file else f"no {FILE_NAME} in this folder: flags, variables and defaults"
    return [
        *found,
        Finding(Level.OK, "settings", told),
        door.finding,
        *_tls(settings),
        _database(settings.database_file, door),
        _webhooks(settings, door),
    ]


def _engine() -> Finding:
    version, new_enough = engine_version()
    if new_enough:
        return Finding(Level.OK, "sqlite", f"SQLite {version}")
    return Finding(Level.PROBLEM, "sqlite", f"SQLite {version} is too old: use a Python that has 3.35 or newer")


def _door(settings: Settings) -> Door:
    try:
        with listen(settings.host, settings.port) as listening:
            host, port = listening.getsockname()[:2]
    except PortTaken:
        return _neighbour(settings)
    except PermissionError:
        told = f"port {settings.port} may not be used by you: choose one above 1023 with --port"
        return Door(Finding(Level.PROBLEM, "port", told))
    except OSError as error:
        told = f"cannot listen on {settings.host}: {error.strerror or error}; change it with --host"
        return Door(Finding(Level.PROBLEM, "port", told))
    told = f"{settings.host}:{port} is free" if settings.port else "a free one is picked"
    return Door(Finding(Level.OK, "port", told), local_address(host, port, scheme_of(settings)))


def _neighbour(settings: Settings) -> Door:
    """Who has the port already?"""
    address = local_address(settings.host, settings.port, scheme_of(settings))
    authority = str(settings.tls_ca_file) if settings.tls_ca_file else None
    try:
        version = Control(address, patience=PATIENCE, authority=authority).version()
    except NotReached:
        told = f"something that is no emulator has port {settings.port}: stop it, or choose another with --port"
        return Door(Finding(Level.PROBLEM, "port", told), address)
    told = f"an emulator answers at {address}, version {version}: another one needs another --port"
    return Door(Finding(Level.WARNING, "port", told), address, ours=True)


def _tls(settings: Settings) -> list[Finding]:
    if not (settings.tls or settings.tls_ca_file):
        return []
    from emulator.server.certificates import obstacle

    told = obstacle(settings.tls, settings.tls_ca_file)
    return [Finding(Level.PROBLEM if told else Level.OK, "tls", told or "what --tls needs is installed")]


def _database(path: Path | None, door: Door) -> Finding:
    if path is None:
        return Finding(Level.OK, "database", "everything is kept in a temporary file, gone at exit")
    try:
        return Finding(Level.OK, "database", examine(path))
    except StoreTaken as error:
        # Most likely by the emulator that answers: then all is as it should be.
        return Finding(Level.WARNING if door.ours else Level.PROBLEM, "database", str(error))
    except StoreUnusable as error:
        return Finding(Level.PROBLEM, "database", str(error))


def _webhooks(settings: Settings, door: Door) -> Finding:
    url = settings.webhook_url
    if url is None:
        return Finding(Level.OK, "webhooks", "no --webhook-url: APLYiD's webhooks are kept in the inbox")
    from emulator.delivery.reachability import find_obstacle

    targets = targets_of(settings, door.address, settings.public_url or door.address or "")
    obstacle = find_obstacle(targets, url)
    if obstacle:
        return Finding(Level.PROBLEM, "webhooks", obstacle)
    return Finding(Level.OK, "webhooks", f"somebody listens at {url}")
