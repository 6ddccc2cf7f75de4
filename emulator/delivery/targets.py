"""The policy on which addresses a webhook may be sent to.

By default this machine, private networks and compose services, so that nothing leaves the local network. Never the
emulator itself, link-local and metadata addresses, or the names reserved for documentation and tests.
"""

import re
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, quote, urlsplit

Address = IPv4Address | IPv6Address

NEVER_NAMES = re.compile(r"(^|\.)(example(\.[a-z]+)?|test|invalid)$|^metadata\.google\.internal$")
LOOPBACK = [ip_network(net) for net in ("127.0.0.0/8", "::1/128")]
PRIVATE = [ip_network(net) for net in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")]
# This network, link-local, multicast, reserved, documentation, metadata services, and IPv6 forms of IPv4 addresses.
NEVER = [
    ip_network(net)
    for net in (
        *("0.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "100.100.100.200/32", "168.63.129.16/32"),
        *("::/128", "fe80::/10", "ff00::/8", "100::/64", "2001:db8::/32", "fd00:ec2::254/128"),
        *("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16"),
    )
]
HOST_NAME = re.compile(
    r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
LOCAL_NAME = re.compile(r"([^.]+|(.+\.)?localhost|host\.docker\.internal)")
LONGEST_URL = 8192


class BlockedTarget(Exception):
    """The URL may not be dialled; the text says why, and which flag would allow it."""


class UnknownName(Exception):
    """The host name cannot be resolved here."""


def why_no_url(text: str) -> str | None:
    """Return why the text is no URL that could be dialled under any policy; None when it is one."""
    try:
        host = _canonical_host(_parse(text))
    except BlockedTarget as error:
        return str(error)
    literal = _literal(host)
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
    """The policy, configured by flags."""

    allowed: frozenset[str]  # hosts; `*` allows all
    own: set[tuple[str, int]] = field(default_factory=set)  # host and port that the emulator listens on or is known by
    public: bool = False  # others reach the emulator, so they must not reach its private network through it
    named: frozenset[tuple[str, int]] = frozenset()  # host and port on that network that the flags name as receivers

    def objection(self, text: str) -> str | None:
        """Return why the URL would be blocked, None when it would not, without resolving its host name."""
        try:
            url = _parse(text)
            host, port = _canonical_host(url), _port_of(url)
            self._check_name(host, port)
            literal = _literal(host)
            if literal is not None:
                self._check_address(host, port, literal)
        except BlockedTarget as error:
            return str(error)
        return None

    def find(self, text: str) -> Target:
        """Resolve the host of the URL and check every address; raise BlockedTarget or UnknownName."""
        url = _parse(text)
        host, port = _canonical_host(url), _port_of(url)
        self._check_name(host, port)
        addresses = _resolve(host, port)
        for address in addresses:
            self._check_address(host, port, address)
        return Target(url, host, port, tuple(map(str, addresses)))

    def _is_allowed(self, host: str) -> bool:
        return "*" in self.allowed or host in self.allowed

    def _check_name(self, host: str, port: int) -> None:
        if (host, port) in self.own:
            raise BlockedTarget(f"{host}:{port} is this emulator itself")
        if NEVER_NAMES.search(host):
            raise BlockedTarget(f"{host} is a name for documentation and tests: nobody listens there")
        if _literal(host) is None and not LOCAL_NAME.fullmatch(host) and not self._is_allowed(host):
            raise BlockedTarget(f"{host} is not on this machine; start with --allow-target {host} to send it")

    def _check_address(self, host: str, port: int, address: Address) -> None:
        plain = _unmapped(address)
        if _is_in(NEVER, plain):
            raise BlockedTarget(f"{host} is {plain}: link-local, metadata and the like are never dialled")
        if any(port == own_port and _reaches(plain, own) for own, own_port in self.own):
            raise BlockedTarget(f"{host}:{port} is this emulator itself")
        if self._is_allowed(host):
            return
        if not _is_in([*LOOPBACK, *PRIVATE], plain):
            raise BlockedTarget(f"{host} is {plain}, not on this machine; start with --allow-target {host} to send it")
        if self.public and (host, port) not in self.named:
            raise BlockedTarget(
                f"{host} is on this machine or network, and this emulator listens to others; "
                f"start with --allow-target {host} to send it"
            )


def _is_in(networks: Sequence[IPv4Network | IPv6Network], address: Address) -> bool:
    return any(address in network for network in networks if network.version == address.version)


def _reaches(address: Address, own: str) -> bool:
    """Return whether dialling the address would reach a socket that is bound to `own`."""
    bound = _literal(own)
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
    host = (url.hostname or "").lower()
    if ":" in host:
        if _literal(host) is None or "%" in host:
            raise BlockedTarget(f"[{host}] is no IPv6 address")
        return host
    if "%" in host:
        raise BlockedTarget("write an international host name in its xn-- form")
    host = host.removesuffix(".")
    if not HOST_NAME.fullmatch(host):
        raise BlockedTarget("not a URL that can be dialled: the host is no name")
    last = host.rpartition(".")[2]
    # The system resolver reads these as IPv4 addresses too: 2130706433, 0x7f.1, 0177.0.0.1
    if (last.isdecimal() or re.fullmatch(r"0x[0-9a-f]*", last)) and _literal(host) is None:
        raise BlockedTarget(f"{host} is an address in disguise: write it as four numbers")
    return host


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches a socket that listens on the host."""
    literal = _literal(host)
    return host.lower() == "localhost" or (literal is not None and literal.is_loopback)


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _unmapped(address: Address) -> Address:
    """Return the IPv4 address inside ::ffff:a.b.c.d, else the address itself."""
    return getattr(address, "ipv4_mapped", None) or address


def _resolve(host: str, port: int) -> list[Address]:
    """Return every address of the host; the caller checks and dials these, and does not resolve the name again."""
    literal = _literal(host)
    if literal is not None:
        return [literal]
    name = "localhost" if host.endswith(".localhost") else host
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnknownName(f"the name {host} is not known here") from error
    addresses = {ip_address(str(info[4][0]).partition("%")[0]) for info in found}
    # IPv4 first: `localhost` often is ::1 as well, while many development servers listen on 127.0.0.1 only.
    return sorted(addresses, key=lambda address: (address.version, int(address)))
