"""The policy on which addresses a webhook may be sent to.

By default this machine, private networks and compose services, so that nothing leaves the local network. Whoever starts
the emulator may name other hosts. Never the emulator itself and the metadata services of clouds, whatever is named.
"""

import re
import socket
from collections.abc import Sequence
from dataclasses import field
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, quote, urlsplit

from emulator.delivery.lookups import SECONDS, look_up
from emulator.delivery.service_ports import SERVICE_PORTS
from emulator.hosts import (
    Address,
    Network,
    is_local_name,
    is_machine_name,
    literal_of,
    names_one,
    read_host,
    read_pattern,
)
from emulator.quick_dataclass import dataclass


def _networks(*texts: str) -> list[Network]:
    return [ip_network(text) for text in texts]


# They hand out the credentials of the machine.
METADATA = _networks("169.254.169.254/32", "100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::254/128")
METADATA_NAME = "metadata.google.internal"
RESERVED_NAME = re.compile(r"(^|\.)(example(\.[a-z]+)?|test|invalid)$")
NEARBY = _networks(
    *("127.0.0.0/8", "::1/128"),
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"),
)
# Local proxies answer a look-up of any name with an address of this network, and connect to the host themselves.
PROXIED = _networks("198.18.0.0/15")
# Where Podman (169.254.1.2), OrbStack and others put the machine that runs their containers.
VIRTUAL = [*PROXIED, *_networks("0.0.0.0/8", "169.254.0.0/16", "fe80::/10")]
# Besides these: multicast, reserved, documentation, and IPv6 forms of IPv4 addresses.
SPECIAL = [
    *VIRTUAL,
    *_networks("192.0.0.0/24", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    *_networks("::/128", "ff00::/8", "100::/64", "2001:db8::/32"),
    *_networks("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"),
]
NAT64 = ip_network("64:ff9b::/96")
LONGEST_URL = 8192


class BlockedTarget(Exception):
    """The URL may not be dialled; the text says why, and which flag would allow it."""


def why_no_url(text: str) -> str | None:
    """Return why the text is no URL that could be dialled under any policy; None when it is one."""
    try:
        host = _canonical_host(_parse(text))
    except BlockedTarget as error:
        return str(error)
    literal = literal_of(host)
    return f"{host} is no address to dial" if literal is not None and literal.is_unspecified else None


@dataclass(frozen=True, slots=True)
class Target:
    """Checked addresses of a host, to be tried in turn, and the URL as it is sent."""

    url: SplitResult
    host: str
    port: int
    addresses: tuple[str, ...]


@dataclass
class Targets:
    """The policy, configured by flags: where webhooks may go, and whose certificates are trusted there."""

    allowed: frozenset[str]  # what `hosts.read_pattern` takes; `*` allows all
    own: set[tuple[str, int]] = field(default_factory=set)  # host and port that the emulator listens on or is known by
    public: bool = False  # others reach the emulator, so they must not reach its private network through it
    named: frozenset[tuple[str, int]] = frozenset()  # host and port on that network that the flags name as receivers
    authorities: str | bytes | None = None  # besides the public ones, as `authorities.read_authorities` returns them

    def objection(self, text: str) -> str | None:
        """Return why the URL would be blocked, None when it would not, without resolving its host name."""
        try:
            url = _parse(text)
            host, port = _canonical_host(url), _port_of(url)
            self._check_name(host, port)
            literal = literal_of(host)
            if literal is not None:
                self._check_address(host, port, literal)
        except BlockedTarget as error:
            return str(error)
        return None

    def find(self, text: str, seconds: float = SECONDS) -> Target:
        """Look up the host of the URL within `seconds` and check every address; raise BlockedTarget or UnknownName."""
        url = _parse(text)
        host, port = _canonical_host(url), _port_of(url)
        self._check_name(host, port)
        addresses = look_up(host, port, seconds)
        for address in addresses:
            self._check_address(host, port, address)
        return Target(url, host, port, tuple(map(str, addresses)))

    def _allows_any(self, port: int) -> bool:
        return "*" in self.allowed or f"*:{port}" in self.allowed

    def _check_name(self, host: str, port: int) -> None:
        if (host, port) in self.own:
            raise BlockedTarget(f"{bracketed(host)}:{port} is this emulator itself")
        if host == METADATA_NAME:
            raise BlockedTarget(f"{host} is a metadata service, which is never dialled")
        self._check_port(host, port, literal_of(host))
        if literal_of(host) or names_one(self.allowed, host, port):
            return
        remedy = f"start with --allow-target {host} to send it"
        if RESERVED_NAME.search(host):
            raise BlockedTarget(f"{host} is a name for documentation and tests; if somebody listens there, {remedy}")
        if not is_local_name(host) and not self._allows_any(port):
            raise BlockedTarget(f"{host} is not on this machine; {remedy}")

    def _check_address(self, host: str, port: int, address: Address) -> None:
        plain = _unmapped(address)
        if _is_in(METADATA, plain) or _is_in(METADATA, _embedded(plain)):
            raise BlockedTarget(f"{host} is {plain}, a metadata service, which is never dialled")
        if plain.is_unspecified:
            raise BlockedTarget(f"{host} is {plain}, which is no address to dial: write 127.0.0.1")
        if any(port == own_port and _reaches(plain, own) for own, own_port in self.own):
            raise BlockedTarget(f"{bracketed(host)}:{port} is this emulator itself")
        self._check_port(host, port, plain)
        if not names_one(self.allowed, host, port, plain):
            self._check_unnamed(host, port, plain)

    def _check_port(self, host: str, port: int, address: Address | None) -> None:
        """Refuse a port of another service that is not named itself; without an address the name alone decides."""
        if port not in SERVICE_PORTS or (host, port) in self.named:
            return
        naming = [text for text in self.allowed if read_pattern(text).port == port]
        if f"*:{port}" in naming or names_one(naming, host, port, address) or (naming and address is None):
            return
        remedy = f"start with --allow-target {bracketed(host)}:{port} to send it"
        raise BlockedTarget(
            f"{bracketed(host)}:{port} is a port of {SERVICE_PORTS[port]}, which takes no webhooks; {remedy}"
        )

    def _check_unnamed(self, host: str, port: int, plain: Address) -> None:
        """Check an address that is not named by itself, and whose host is not, though `*` may allow it."""
        any_allowed, named = self._allows_any(port), (host, port) in self.named
        remedy = f"start with --allow-target {bracketed(host)} to send it"
        nearby = _is_in(NEARBY, plain) or ((named or is_machine_name(host)) and _is_in(VIRTUAL, plain))
        proxied = any_allowed and _is_in(PROXIED, plain) and not literal_of(host)
        if not nearby and not proxied and _is_in(SPECIAL, plain):
            raise BlockedTarget(f"{host} is {plain}, link-local, for documentation or the like; {remedy}")
        if not nearby and not any_allowed:
            raise BlockedTarget(f"{host} is {plain}, not on this machine; {remedy}")
        if self.public and not any_allowed and not named:
            raise BlockedTarget(f"{host} is on this machine or network, and this emulator listens to others; {remedy}")


def bracketed(host: str) -> str:
    """Return the host as it stands before a port."""
    return f"[{host}]" if ":" in host else host


def _is_in(networks: Sequence[Network], address: Address) -> bool:
    return any(address in network for network in networks if network.version == address.version)


def _reaches(address: Address, own: str) -> bool:
    """Return whether dialling the address would reach a socket that is bound to `own`."""
    bound = literal_of(own)
    if bound is None:
        return False
    if bound.is_unspecified or bound.is_loopback:
        return address.is_loopback or _is_of_this_machine(address)
    return address == bound


def _is_of_this_machine(address: Address) -> bool:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True


def _parse(text: str) -> SplitResult:
    """Return the URL percent-encoded where needed; raise BlockedTarget for a text that is no URL to dial."""
    if len(text) > LONGEST_URL:
        raise BlockedTarget("the URL is longer than 8192 characters")
    try:
        url = urlsplit(quote(text.strip(), safe="!#$%&'()*+,/:;=?@[]~\\"))
        port = url.port
    except ValueError as error:
        raise BlockedTarget(f"not a URL that can be dialled: {error}") from error
    if url.scheme not in ("http", "https") or not url.hostname or port == 0:
        raise BlockedTarget("not a URL that can be dialled: http:// or https:// and a host are needed")
    if url.username is not None or "\\" in url.netloc:
        raise BlockedTarget("not a URL that can be dialled: no user, password or backslash before the host")
    return url


def _port_of(url: SplitResult) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _canonical_host(url: SplitResult) -> str:
    try:
        return read_host(url.hostname or "")
    except ValueError as error:
        raise BlockedTarget(f"not a URL that can be dialled: {error}") from error


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches a socket that listens on the host."""
    literal = literal_of(host)
    return host.lower() == "localhost" or (literal is not None and literal.is_loopback)


def _unmapped(address: Address) -> Address:
    """Return the IPv4 address inside ::ffff:a.b.c.d, else the address itself."""
    return getattr(address, "ipv4_mapped", None) or address


def _embedded(address: Address) -> Address:
    """Return the IPv4 address to which a gateway would translate this one, else the address itself."""
    if not isinstance(address, IPv6Address):
        return address
    translated = ip_address(int(address) & 0xFFFFFFFF) if address in NAT64 or int(address) >> 32 == 0 else None
    return translated or address.sixtofour or (address.teredo or (None, None))[1] or address
