"""Keep out pages of other sites, and host names that were rebound to this machine (DNS rebinding).

Binding to 127.0.0.1 is not enough: any page in a browser on this machine can send requests here.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from emulator.hosts import is_local_name, literal_of, names_one
from emulator.web.public_address import CONTROL, USUAL_PORTS, origin_of

SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}
MOST_PORTS, LONGEST_NAME = 65_535, 100
HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_.-]+?)\.?(:(?P<port>[0-9]{1,5}))?", re.IGNORECASE)


@lru_cache(maxsize=256)
def is_known_host(host: str, allowed: frozenset[str]) -> bool:
    """Return whether the emulator answers to this Host header; a request of HTTP/1.0 without one is of no browser.

    It does to loopback names, IP literals, names without a dot (services of compose) and the names in `allowed`.
    """
    match = HOST.fullmatch(host)
    if not match:
        return False
    name = match["name"].lower().strip("[]")
    port = int(match["port"]) if match["port"] else None
    return is_local_name(name) or literal_of(name) is not None or names_one(allowed, name, port)


def remedy_for(host: str) -> str:
    """Return what to do about a Host header that the emulator does not answer to, as the end of a sentence."""
    match = HOST.fullmatch(host)
    named = match is not None and (match["port"] is None or int(match["port"]) <= MOST_PORTS)
    return f"start with --allow-host {host[:LONGEST_NAME]}" if named else "a name and perhaps a port are needed in it"


def is_foreign(environ: Mapping[str, str], public_origin: str = "") -> bool:
    """Return whether a page of another site sends this request, with a verb that may change something.

    Our own pages are those of the host that is asked, and those of --public-url, whatever a proxy makes of the host.
    """
    if environ["REQUEST_METHOD"] in SAFE_METHODS:
        return False
    return _is_of_another_site(environ) or _names_another(environ, "HTTP_ORIGIN", public_origin)


def is_foreign_read(environ: Mapping[str, str], public_origin: str = "") -> bool:
    """Return whether a page of another site loads this path of ours, as an image or a frame, and not a path of an API.

    It could not read the answer, but it would take the seats of those who wait for one. A person may follow a link
    from anywhere to a page, though not to a route of the control API, which is none.
    """
    if environ["REQUEST_METHOD"] not in SAFE_METHODS:
        return False
    is_control = environ.get("PATH_INFO", "").startswith(CONTROL)
    if "HTTP_SEC_FETCH_SITE" in environ:
        if _is_of_another_site(environ) and (is_control or not _is_followed_link(environ)):
            return True
    elif is_control and _names_another(environ, "HTTP_REFERER", public_origin):
        return True  # a browser that does not send Sec-Fetch-Site, as to an address without TLS in a local network
    return _names_another(environ, "HTTP_ORIGIN", public_origin)


def _is_of_another_site(environ: Mapping[str, str]) -> bool:
    return environ.get("HTTP_SEC_FETCH_SITE", "none") not in ("none", "same-origin")


def _is_followed_link(environ: Mapping[str, str]) -> bool:
    """Return whether the browser opens the path in a window of its own; one that does not say so does."""
    is_navigation = environ.get("HTTP_SEC_FETCH_MODE", "navigate") == "navigate"
    return is_navigation and environ.get("HTTP_SEC_FETCH_DEST", "document") == "document"


def _names_another(environ: Mapping[str, str], header: str, public_origin: str) -> bool:
    """Return whether the header is there and names an origin other than our own."""
    named, host = environ.get(header), environ.get("HTTP_HOST", "")
    if named is None:
        return False
    own = (public_origin, *(origin_of(f"{scheme}://{host}") for scheme in USUAL_PORTS))
    return origin_of(named) not in own
