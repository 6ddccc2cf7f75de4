"""Look for what would keep an emulator from working here; these checks of `doctor` change nothing."""

import platform
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from emulator.addresses import scheme_of
from emulator.app import PROVIDER_NAMES, PROVIDERS
from emulator.client import Control, NotReached
from emulator.client.proxies import proxy_in_the_way
from emulator.masking import masked_url
from emulator.quick_dataclass import dataclass
from emulator.server.http_server import PortTaken, listen, local_address
from emulator.setting_sources import find_settings_file, read_settings
from emulator.settings import FILE_NAME, BadSetting, Settings
from emulator.start_checks import check_credentials, port_file_obstacle, refuse_open_control
from emulator.start_values import read_startup_files, read_switches
from emulator.store.checkup import engine_version, examine
from emulator.store.opening import examine_url
from emulator.store.sqlite import StoreTaken, StoreUnusable
from emulator.target_settings import targets_of

PATIENCE = 3.0  # seconds for whoever has the port to answer


class Level(StrEnum):
    """How much a finding matters."""

    OK = "ok"
    WARNING = "warning"  # the emulator works, though perhaps not as meant
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked, and the text that says what was found and what to do about it."""

    level: Level
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class PortCheck:
    """The finding about the port, the address that it stands for, and whether an emulator answers there."""

    finding: Finding
    address: str | None = None
    is_emulator: bool = False


def diagnose(
    flags: Mapping[str, object], environ: Mapping[str, str], folder: Path, config: Path | None = None
) -> list[Finding]:
    """Return all findings about a start with these flags, variables and file.

    Where the settings cannot be used, nothing is checked that depends on them.
    """
    findings = [Finding(Level.OK, "python", f"Python {platform.python_version()}"), _engine()]
    try:
        settings = read_settings(flags, environ, folder, config)
        read_switches(settings.switch, PROVIDERS)
        read_startup_files(settings, PROVIDERS)
        check_credentials(settings.credential, PROVIDER_NAMES)
        refuse_open_control(settings)
    except BadSetting as error:
        return [*findings, Finding(Level.PROBLEM, "settings", str(error))]
    port = _port(settings)
    file = find_settings_file(environ, folder, config)
    text = f"read from {file}" if file else f"no {FILE_NAME} in this folder: flags, variables and defaults"
    return [
        *findings,
        Finding(Level.OK, "settings", text),
        port.finding,
        *_port_file(settings.port_file),
        *_tls(settings),
        *_proxy(port.address, environ),
        _database(settings, port),
        _webhooks(settings, port),
    ]


def _engine() -> Finding:
    version, new_enough = engine_version()
    if new_enough:
        return Finding(Level.OK, "sqlite", f"SQLite {version}")
    return Finding(Level.PROBLEM, "sqlite", f"SQLite {version} is too old: use a Python that has 3.35 or newer")


def _port(settings: Settings) -> PortCheck:
    try:
        with listen(settings.host, settings.port) as listening:
            host, port = listening.getsockname()[:2]
    except PortTaken:
        return _taken_port(settings)
    except PermissionError:
        text = f"port {settings.port} may not be used by you: choose one above 1023 with --port"
        return PortCheck(Finding(Level.PROBLEM, "port", text))
    except OSError as error:
        text = f"cannot listen on {settings.host}: {error.strerror or error}; change it with --host"
        return PortCheck(Finding(Level.PROBLEM, "port", text))
    text = f"{settings.host}:{port} is free" if settings.port else "a free one is picked"
    return PortCheck(Finding(Level.OK, "port", text), local_address(host, port, scheme_of(settings)))


def _taken_port(settings: Settings) -> PortCheck:
    """Find out whether it is another emulator that has the port."""
    address = local_address(settings.host, settings.port, scheme_of(settings))
    authority = str(settings.tls_ca_file) if settings.tls_ca_file else None
    try:
        version = Control(address, patience=PATIENCE, authority=authority).version()
    except NotReached:
        text = f"what has port {settings.port} does not answer as an emulator: stop it, or choose another with --port"
        return PortCheck(Finding(Level.PROBLEM, "port", text), address)
    text = f"an emulator answers at {address}, version {version}: another one needs another --port"
    return PortCheck(Finding(Level.WARNING, "port", text), address, is_emulator=True)


def _port_file(path: Path | None) -> list[Finding]:
    if path is None:
        return []
    problem = port_file_obstacle(path)
    text = f"the port is written to {path} once serving"
    return [Finding(Level.PROBLEM if problem else Level.OK, "port file", problem or text)]


def _tls(settings: Settings) -> list[Finding]:
    if not (settings.tls or settings.tls_ca_file):
        return []
    from emulator.server.certificates import obstacle

    problem = obstacle(settings.tls, settings.tls_ca_file)
    return [Finding(Level.PROBLEM if problem else Level.OK, "tls", problem or "what --tls needs is installed")]


def _proxy(address: str | None, environ: Mapping[str, str]) -> list[Finding]:
    """Return a warning where programs with these variables would ask a proxy for the emulator."""
    named = proxy_in_the_way(address, environ) if address else None
    if not named or not address:
        return []
    host = urlsplit(address).hostname
    text = f"{named} is set: programs ask that proxy for {address}, too, unless no_proxy and NO_PROXY name {host}"
    return [Finding(Level.WARNING, "proxy", text)]


def _database(settings: Settings, port: PortCheck) -> Finding:
    path, url = settings.database_file, settings.database_url
    if not path and not url:
        return Finding(Level.OK, "database", "everything is kept in a temporary file, gone at exit")
    try:
        return Finding(Level.OK, "database", examine_url(url) if url else examine(path or Path()))
    except StoreTaken as error:
        # Most likely the emulator that answers has the database open, which is no problem.
        return Finding(Level.WARNING if port.is_emulator else Level.PROBLEM, "database", str(error))
    except StoreUnusable as error:
        return Finding(Level.PROBLEM, "database", str(error))


def _webhooks(settings: Settings, port: PortCheck) -> Finding:
    try:
        targets = targets_of(settings, port.address, settings.public_url or port.address or "")
    except BadSetting as error:
        return Finding(Level.PROBLEM, "webhooks", str(error))
    url = settings.webhook_url
    if url is None:
        return Finding(Level.OK, "webhooks", "no --webhook-url: APLYiD's webhooks are kept in the inbox")
    from emulator.delivery.reachability import find_obstacle

    problem = find_obstacle(targets, url)
    if problem:
        return Finding(Level.PROBLEM, "webhooks", problem)
    return Finding(Level.OK, "webhooks", f"somebody listens at {masked_url(url)}")
