"""Make a certificate for this machine, and the authority that a client under test has to trust."""

import ipaddress
import logging
import socket
import ssl
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from emulator.hosts import MACHINE_NAMES
from emulator.quick_dataclass import dataclass

if TYPE_CHECKING:
    from trustme import CA

log = logging.getLogger("emulator.tls")
NAMES = ("localhost", "*.localhost", "127.0.0.1", "::1", *MACHINE_NAMES)
MADE_BY = "case-emulator"
# The longest that public authorities may grant: some clients refuse a certificate that is valid for longer.
VALID = timedelta(days=397)
CLOCKS_DIFFER = timedelta(days=1)
MOST_NAMES = 100
INSTALL = "pip install 'case-emulator[tls]' (from a clone: pip install '.[tls]')"


@dataclass(frozen=True)
class Certificates:
    """The authority's certificate as PEM, and the TLS context of a server whose certificate it signed."""

    authority: bytes
    context: ssl.SSLContext


def obstacle(tls: bool, ca_file: Path | None) -> str | None:
    """Return why these two settings cannot work and what to do; None if they can."""
    if not tls:
        return f"--tls-ca-file {ca_file} is of use with --tls alone: give --tls as well" if ca_file else None
    try:
        import trustme  # noqa: F401
    except ImportError as error:
        return f"--tls needs more than is installed ({error.name}): {INSTALL}"
    if ca_file and not ca_file.absolute().parent.is_dir():
        return f"--tls-ca-file {ca_file} cannot be written: there is no folder {ca_file.parent}"
    return None


def make_certificates(hosts: Iterable[str], now: datetime) -> Certificates:
    """Return a new authority, and a certificate for the usual names of this machine and for `hosts`.

    A host that no certificate can name is left out with a warning.
    """
    import trustme

    authority = trustme.CA(organization_name=MADE_BY, organization_unit_name="local authority")
    context = _context(authority, now, *dict.fromkeys([*NAMES, *_certifiable(hosts), *_this_machine()]))
    _name_on_demand(authority, now, context)
    return Certificates(authority.cert_pem.bytes(), context)


def _context(authority: "CA", now: datetime, *names: str) -> ssl.SSLContext:
    """Return the TLS context of a server, with a certificate for these names."""
    certificate = authority.issue_cert(
        *names,
        organization_name=MADE_BY,
        organization_unit_name="local server",
        not_before=now - CLOCKS_DIFFER,
        not_after=now + VALID,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    certificate.configure_cert(context)
    return context


def _name_on_demand(authority: "CA", now: datetime, context: ssl.SSLContext) -> None:
    """Make a certificate for any name below localhost when a client asks for it; most refuse *.localhost for it."""
    context_for = lru_cache(maxsize=MOST_NAMES)(lambda name: _context(authority, now, name))

    def choose(line: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        if name and name.lower().endswith(".localhost") and _is_certifiable(name.lower()):
            line.context = context_for(name.lower())

    context.sni_callback = choose


def _certifiable(hosts: Iterable[str]) -> Iterator[str]:
    """Yield the hosts that a certificate can name; log a warning for each other one."""
    for host in hosts:
        name = host.strip("[]").removesuffix(".").lower()
        if _is_certifiable(name):
            yield name
        else:
            log.warning("the certificate cannot name %s: clients will refuse it by that name", host)


def _this_machine() -> Iterator[str]:
    name = socket.gethostname().removesuffix(".").lower()
    if _is_certifiable(name):
        yield name


def _is_certifiable(name: str) -> bool:
    """Return whether this is an address, or a name that IDNA allows (no underscores, for example), or *. and a name."""
    import idna  # a dependency of trustme, which would refuse the name by the same rules

    try:
        ipaddress.ip_address(name)
    except ValueError:
        try:
            idna.encode(name.removeprefix("*."), uts46=True)
        except (idna.IDNAError, UnicodeError):
            return False
    return True
