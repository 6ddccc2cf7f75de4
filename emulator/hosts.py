"""Hosts as people write them: one reader, so that a host means the same in a flag, a file, a URL and a Host header."""

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from emulator.quick_dataclass import dataclass

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

HOST_NAME = re.compile(
    r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
PERCENT_ENCODED = re.compile(r"%[89a-f][0-9a-f]")  # a byte of a sign beyond ASCII
BRACKETED = re.compile(r"\[([^\]]*:[^\]]*)\](?::(.*))?")
# Under these names containers find the machine that runs them: Docker, Podman, OrbStack, Lima, Rancher, minikube ...
# The domain `internal` is in no public name server, so that none of them can lead elsewhere.
MACHINE_NAMES = ("host.docker.internal", "gateway.docker.internal", "host.containers.internal")
MACHINE_NAME = re.compile(r"(host|gateway)\.[a-z0-9_-]+\.internal")
LOCAL_NAME = re.compile(r"[a-z0-9_-]+|(.+\.)?localhost")
WEB_PORTS = (80, 443)


@dataclass(frozen=True, slots=True)
class HostPattern:
    """What a setting names: one host, all below a name (`*.acme.com`), a network, or all (`*`); at one port or any."""

    host: str
    port: int | None = None
    network: Network | None = None  # of an address: the network that is this address alone

    @property
    def is_any(self) -> bool:
        """Whether all hosts are named."""
        return self.host == "*"

    @property
    def is_one(self) -> bool:
        """Whether a single host is named."""
        return "*" not in self.host and "/" not in self.host

    def names(self, host: str, port: int | None, address: Address | None = None) -> bool:
        """Return whether the host is named, other than by `*`; `address` is its own, where it is known.

        Without a port, as in most Host headers, the host is asked for at one of the usual ports.
        """
        if self.port is not None and self.port != port and not (port is None and self.port in WEB_PORTS):
            return False
        if self.network is not None:
            return address is not None and address.version == self.network.version and address in self.network
        return host.endswith(self.host[1:]) if self.host.startswith("*.") else host == self.host

    def __str__(self) -> str:
        """Return the text that names this."""
        if self.port is None:
            return self.host
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def names_one(patterns: Iterable[str], host: str, port: int | None, address: Address | None = None) -> bool:
    """Return whether one of the settings names the host."""
    return any(read_pattern(text).names(host, port, address) for text in patterns)


def is_machine_name(host: str) -> bool:
    """Return whether containers call the machine that runs them by this name."""
    return MACHINE_NAME.fullmatch(host) is not None


def is_local_name(host: str) -> bool:
    """Return whether the name is one of this machine or of a service beside it, which no public name server knows."""
    return is_machine_name(host) or LOCAL_NAME.fullmatch(host) is not None


def literal_of(host: str) -> Address | None:
    """Return the address that the text is; None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def read_host(text: str) -> str:
    """Return a name in lower case without a dot at its end, or an address in its usual form; raise ValueError."""
    host = text.lower()
    if ":" in host:
        literal = literal_of(host)
        if literal is None or "%" in host:
            raise ValueError(f"[{host}] is no IPv6 address")
        return str(literal)
    if PERCENT_ENCODED.search(host) or not host.isascii():
        raise ValueError("write an international host name in its xn-- form")
    host = host.removesuffix(".")
    if not HOST_NAME.fullmatch(host):
        raise ValueError("the host is no name")
    last = host.rpartition(".")[2]
    # The system resolver reads these as IPv4 addresses too: 2130706433, 0x7f.1, 0177.0.0.1
    if (last.isdecimal() or re.fullmatch(r"0x[0-9a-f]*", last)) and literal_of(host) is None:
        raise ValueError(f"{host} is an address in disguise: write it as four numbers")
    return host


@lru_cache(maxsize=1024)
def read_pattern(text: str) -> HostPattern:
    """Return what the text names; raise ValueError that says what to write instead."""
    _refuse_url(text)
    if "/" in text:
        return _read_network(text)
    host, port = _split_port(text.lower())
    if host == "*":
        return HostPattern(host, port)
    below = host.startswith("*.")
    name = _read_name(host.removeprefix("*.") if below else host)
    literal = literal_of(name)
    if literal is None:
        return HostPattern(f"*.{name}" if below else name, port)
    if below:
        raise ValueError("a network is written as in 10.0.0.0/8")
    return HostPattern(name, port, ip_network(literal))


def _refuse_url(text: str) -> None:
    """Raise ValueError for a URL or a part of one, which has more in it than a host."""
    is_network = "/" in text and literal_of(text.partition("/")[0].strip("[]")) and "://" not in text
    if is_network or not set(text) & set("/@?#\\"):
        return
    rest = text.partition("://")[2] or text
    host = re.split(r"[/?#\\]", rest.lstrip("/"), maxsplit=1)[0].rpartition("@")[2]
    raise ValueError(f"a host is needed, without scheme, user and path: write {host or 'localhost'}")


def _read_network(text: str) -> HostPattern:
    try:
        network = ip_network(text, strict=False)
    except ValueError as error:
        raise ValueError("a network is written as in 10.0.0.0/8 or fd00::/8, for all ports") from error
    if network.network_address != literal_of(text.partition("/")[0]):
        raise ValueError(f"this is an address in a network: write {network} for all of the network")
    return HostPattern(str(network), None, network)


def _read_name(text: str) -> str:
    if "*" in text or text.startswith("."):
        below = text.replace("*", "").lstrip(".")
        remedy = "10.0.0.0/8 for a network" if re.match(r"[0-9.]+$", below) else f"*.{below or 'acme.com'}"
        raise ValueError(f"* stands alone or before a dot and a name: write {remedy}")
    if not text.isascii():
        raise ValueError(f"write an international host name in its xn-- form{_in_ascii(text)}")
    try:
        return read_host(text)
    except ValueError as error:
        raise ValueError(f"{error}: write a name, an address, *.acme.com or 10.0.0.0/8") from error


def _in_ascii(name: str) -> str:
    try:
        return f": {name.encode('idna').decode()}"
    except UnicodeError:
        return ""


def _split_port(text: str) -> tuple[str, int | None]:
    match = BRACKETED.fullmatch(text)
    if match:
        host, port = match[1], match[2]
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    else:
        return text, None
    return host, None if port is None else _read_port(port)


def _read_port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:6]) <= 65535):
        raise ValueError("a port from 1 to 65535 is needed after the colon")
    return int(text)
