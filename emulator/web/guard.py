"""Keep out pages of other sites, and host names that were rebound to this machine (DNS rebinding).

Binding to 127.0.0.1 is not enough: any page in a browser on this machine can send requests here.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from emulator.hosts import is_local_name, literal_of, names_one
from emulator.web.public_address import USUAL_PORTS, origin_of

SAFE_METHODS = {"GET", "HEAD", "OPTIONS", "TRACE"}
HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_.-]+?)\.?(:(?P<port>[0-9]{1,5}))?", re.IGNORECASE)


@lru_cache(maxsize=256)
def is_known_host(host: str, allowed: frozenset[str]) -> bool:
    """Return whether the emulator answers to this Host header.

    It does to loopback names, IP literals, names without a dot (services of compose) and the names in `allowed`.
    """
    match = HOST.fullmatch(host)
    if not match:
        return False
    name = match["name"].lower().strip("[]")
    port = int(match["port"]) if match["port"] else None
    return is_local_name(name) or literal_of(name) is not None or names_one(allowed, name, port)


def is_foreign(environ: Mapping[str, str], public_origin: str = "") -> bool:
    """Return whether a page of another site sends this request, with a verb that may change something.

    Our own pages are those of the host that is asked, and those of --public-url, whatever a proxy makes of the host.
    """
    if environ["REQUEST_METHOD"] in SAFE_METHODS:
        return False
    if environ.get("HTTP_SEC_FETCH_SITE", "none") not in ("none", "same-origin"):
        return True
    origin, host = environ.get("HTTP_ORIGIN"), environ.get("HTTP_HOST", "")
    if origin is None:
        return False
    own = (public_origin, *(origin_of(f"{scheme}://{host}") for scheme in USUAL_PORTS))
    return origin_of(origin) not in own
