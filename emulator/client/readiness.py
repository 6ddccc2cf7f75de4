"""Is an emulator ready? Asked with little imported, for containers and for whoever has just started one."""

from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from emulator.client.transport import MARK, Control

if TYPE_CHECKING:
    from ssl import SSLContext


def why_not_ready(url: str, seconds: float) -> str | None:
    """Why the emulator at that URL does not serve yet, in words; None: it does. Raises ValueError for what is no URL.

    It imports little and is quick, unlike `Control`. A certificate is not judged: nothing is told that matters.
    """
    import json
    from http.client import HTTPException

    url, parts = Control(url).url, urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        status, mark, body = _ask_readiness(parts, port, seconds)
        detail = json.loads(body).get("detail", "") if status != 200 and mark else ""
    except TimeoutError:
        return f"{url} did not answer within {seconds:g} s"
    except (OSError, HTTPException, ValueError, AttributeError) as error:
        return f"no emulator answers at {url}: {error or type(error).__name__}"
    if not mark:
        return f"what answers at {url} is no case-emulator"
    return None if status == 200 else f"{url} is not ready: it answered {status}, {detail}"


def _ask_readiness(parts: SplitResult, port: int, seconds: float) -> tuple[int, str | None, bytes]:
    """Status, version and body of the answer."""
    from http.client import HTTPConnection, HTTPSConnection

    host = parts.hostname or ""
    line = HTTPConnection(host, port, timeout=seconds)
    if parts.scheme == "https":
        line = HTTPSConnection(host, port, timeout=seconds, context=_any_certificate())
    try:
        line.request("GET", f"{parts.path.rstrip('/')}/_emulator/readyz", headers={"Connection": "close"})
        answer = line.getresponse()
        return answer.status, answer.getheader(MARK), answer.read(65_536)
    finally:
        line.close()


def _any_certificate() -> "SSLContext":
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
