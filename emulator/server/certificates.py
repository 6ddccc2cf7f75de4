"""A certificate of this machine's own making, and the authority that a client under test has to trust for it."""

import ipaddress
import logging
import socket
import ssl
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trustme import CA

log = logging.getLogger("emulator.tls")
NAMES = ("localhost", "*.localhost", "127.0.0.1", "::1", "host.docker.internal")
MADE_BY = "case-emulator"
# As long as public authorities may at most: some clients refuse what is valid for longer.
VALID = timedelta(days=397)
CLOCKS_DIFFER = timedelta(days=1)
MOST_NAMES = 100


@dataclass(frozen=True)
class Certificates:
    """The authority's certificate as PEM, and a server's side of TLS with a certificate signed by it."""

    authority: bytes
    context: ssl.SSLContext


def obstacle(tls: bool, ca_file: Path | None) -> str | None:
    """Why these two settings will not work, and what to do; None: nothing speaks against them."""
    if not tls:
        return f"--tls-ca-file {ca_file} is of use with --tls alone: give --tls as well" if ca_file else None
    try:
        import cheroot  # noqa: F401
        import trustme  # noqa: F401
    except ImportError as error:
        return f"--tls needs more than is installed ({error.name}): pip install 'case-emulator[tls]'"
    if ca_file and not ca_file.absolute().parent.is_dir():
        return f"--tls-ca-file {ca_file} cannot be written: there is no folder {ca_file.parent}"
    return None


def make_certificates(hosts: Iterable[str], now: datetime) -> Certificates:
    """A new authority and a certificate for this machine's usual names and those hosts."""
    import trustme

    authority = trustme.CA(organization_name=MADE_BY, organization_unit_name="local authority")
    context = _context(authority, now, *dict.fromkeys([*NAMES, *_certifiable(hosts), *_this_machine()]))
    _name_on_demand(authority, now, context)
    return Certificates(authority.cert_pem.bytes(), context)


def _context(authority: "CA", now: datetime, *names: str) -> ssl.SSLContext:
    """The server's side of TLS, with a certificate for those names."""
    ours = authority.issue_cert(
        *names,
        organization_name=MADE_BY,
        organization_unit_name="local server",
        not_before=now - CLOCKS_DIFFER,
        not_after=now + VALID,
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    ours.configure_cert(context)
    return context


def _name_on_demand(authority: "CA", now: datetime, context: ssl.SSLContext) -> None:
    """Have a certificate for whichever name below localhost: most clients do not take *.localhost for one."""
    context_for = lru_cache(maxsize=MOST_NAMES)(lambda name: _context(authority, now, name))

    def choose(line: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        if name and name.lower().endswith(".localhost") and _is_certifiable(name.lower()):
            line.context = context_for(name.lower())

    context.sni_callback = choose


def _certifiable(hosts: Iterable[str]) -> Iterator[str]:
    """Those that a certificate can name; the log tells of the others."""
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
    """Is it an address, or a name without the underscores that certificates do not know?"""
    import idna  # trustme's own, which would refuse the name by the same rules

    try:
        ipaddress.ip_address(name)
    except ValueError:
        try:
            idna.encode(name, uts46=True)
        except (idna.IDNAError, UnicodeError):
            return False
    return True
