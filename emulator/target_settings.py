"""Read from the settings where webhooks may go."""

from pathlib import Path
from urllib.parse import urlsplit

from emulator.delivery.targets import Targets, is_loopback
from emulator.hosts import read_host
from emulator.settings import BadSetting, Settings


def targets_of(settings: Settings, address: str | None, public_url: str, demo_url: str | None = None) -> Targets:
    """Return where webhooks may go; raise BadSetting for a file without an authority.

    `address` is where the emulator listens, None where another server does; `demo_url` is the demo's receiver.
    """
    own = {_host_and_port(url) for url in (address, public_url) if url}
    if address:
        own.add((settings.host, _host_and_port(address)[1]))
    named = frozenset(_host_and_port(url) for url in (settings.webhook_url, demo_url) if url)
    return Targets(
        frozenset(settings.allow_target),
        own,
        public=not is_loopback(settings.host),
        named=named,
        authorities=_read_authorities(settings.webhook_ca_file),
    )


def _read_authorities(file: Path | None) -> str | bytes | None:
    if file is None:
        return None
    from emulator.delivery.authorities import NoAuthority, read_authorities  # slow to import: it takes ssl

    try:
        return read_authorities(file)
    except NoAuthority as error:
        raise BadSetting(f"--webhook-ca-file {error}") from error


def _host_and_port(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return _usual_form(parts.hostname or ""), parts.port or (443 if parts.scheme == "https" else 80)


def _usual_form(host: str) -> str:
    """Return the host as targets are compared; one that no URL of a webhook can name, as it is."""
    try:
        return read_host(host)
    except ValueError:
        return host.lower()
