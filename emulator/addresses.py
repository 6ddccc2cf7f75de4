"""Where this emulator is reached, and what to send there first."""

from collections.abc import Iterable
from shlex import quote
from urllib.parse import urlsplit

from emulator.core.model import DEFAULT_SANDBOX
from emulator.settings import Settings
from emulator.web.provider import Provider


def public_url_of(settings: Settings, address: str | None = None) -> str:
    """Return the address that links in answers begin with: the setting, else `address`, where the emulator listens."""
    return settings.public_url or address or f"{scheme_of(settings)}://{settings.host}:{settings.port}"


def scheme_of(settings: Settings) -> str:
    """Return the scheme of this emulator's addresses: https with TLS, else http."""
    return "https" if settings.tls else "http"


def names_of(settings: Settings) -> frozenset[str]:
    """Return the hosts that this emulator answers to, besides the names of this machine and all addresses."""
    own = (settings.host, urlsplit(settings.public_url or "").hostname or "")
    return frozenset([*settings.allow_host, *(name for name in own if name and "%" not in name)])


def what_to_send(providers: Iterable[Provider], address: str, settings: Settings) -> str:
    """Return a first request for each provider, to paste into a terminal, and what to open in a browser."""
    lines = [f"{p.title}:\n  {p.samples.curl(address, DEFAULT_SANDBOX)}\n" for p in providers if p.samples]
    inbox = f"Webhooks without a receiver:\n  curl -sS {address}/_emulator/sandboxes/default/inbox\n"
    stories = f"  {address}/demo tells the stories of the demo\n" if settings.demo else ""
    pages = f"The same in a browser:\n  {address}/\n{stories}"
    return "\n".join([*lines, inbox, pages]).replace("  curl -sS ", f"  curl -sS {_curl_options(settings)}")


def _curl_options(settings: Settings) -> str:
    """Return the options that make curl accept this emulator's certificate; none without TLS."""
    if not settings.tls:
        return ""
    return f"--cacert {quote(str(settings.tls_ca_file.absolute()))} " if settings.tls_ca_file else "--insecure "
