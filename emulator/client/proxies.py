"""Proxies, which a program under test should not ask for the emulator."""

from collections.abc import Mapping
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

PROXIES = ("http_proxy", "https_proxy", "all_proxy")
NO_PROXY = ("no_proxy", "NO_PROXY")  # programs differ in which of the two they read


def bypass_proxies(url: str, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the variables that keep programs from asking a proxy for that URL: what they were, and its host.

    `environ` is what the variables are now; the environment of this process unless told.
    """
    inherited = dict.fromkeys(NO_PROXY, getproxies_environment().get("no", "")) if environ is None else environ
    first = next(filter(None, (inherited.get(name) for name in NO_PROXY)), "")
    return {name: _with_host(inherited.get(name) or first, url) for name in NO_PROXY}


def proxy_in_the_way(url: str, environ: Mapping[str, str]) -> str | None:
    """Return the variable by which a program would ask a proxy for that URL; None where there is none."""
    given = [name for name in environ if name.lower() in PROXIES and environ[name]]
    named = next((name for name in given if name.lower() in (f"{urlsplit(url).scheme}_proxy", "all_proxy")), None)
    excepted = [environ[name] for name in NO_PROXY if environ.get(name)]
    is_bypassed = bool(excepted) and all(text == _with_host(text, url) for text in excepted)
    return None if is_bypassed else named


def _with_host(excepted: str, url: str) -> str:
    hosts = [host.strip() for host in excepted.split(",") if host.strip()]
    missing = [] if "*" in hosts else [name for name in _spellings(urlsplit(url).hostname or "") if name not in hosts]
    return ",".join([*hosts, *missing]) if missing else excepted


def _spellings(host: str) -> list[str]:
    """Return the ways to write a host: of an IPv6 address with brackets and without, as programs differ."""
    return [host, f"[{host}]"] if ":" in host else [host]
