"""Ask whether an emulator is ready, for containers and for programs that have just started one."""

from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from emulator.client.final_answer import FinalAnswer
from emulator.client.transport import MARK, Control

if TYPE_CHECKING:
    from ssl import SSLContext


def why_not_ready(url: str, seconds: float) -> str | None:
    """Return why the emulator at that URL does not serve yet, or None if it does; raise ValueError if it is no URL.

    `seconds` is how long the answer may take. The certificate is
    not checked, because nothing secret is sent.
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
    """Return status, version and body of the answer; the version is None if no emulator answered."""
    from http.client import HTTPConnection, HTTPSConnection

    host = parts.hostname or ""
    connection = HTTPConnection(host, port, timeout=seconds)
    if parts.scheme == "https":
        connection = HTTPSConnection(host, port, timeout=seconds, context=_any_certificate())
    connection.response_class = FinalAnswer  # a proxy may send interim answers before
    try:
        connection.request("GET", f"{parts.path.rstrip('/')}/_emulator/readyz", headers={"Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.getheader(MARK), answer.read(65_536)
    finally:
        connection.close()


def _any_certificate() -> "SSLContext":
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
