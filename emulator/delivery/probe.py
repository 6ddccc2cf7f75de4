"""Find out why a webhook would not get through, without sending one."""

import ssl

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from emulator.delivery.line import Line
from emulator.delivery.sender import CONNECT_SECONDS, in_plain_words
from emulator.delivery.targets import BlockedTarget, Target, Targets, UnknownName


def find_obstacle(targets: Targets, url: str, seconds: float = CONNECT_SECONDS) -> str | None:
    """What is between us and that URL; None: somebody listens there.

    Connects to the address a webhook would go to, and over TLS shakes hands, but sends no request.
    """
    try:
        target = targets.find(url)
    except (BlockedTarget, UnknownName) as error:
        return str(error)
    line = Line(target, seconds)
    try:
        _connect(line)
    except OSError as error:
        return _worded(error, line)
    finally:
        line.close()
    return None


def _connect(line: Line) -> None:
    with line.dial() as opened:
        if line.target.url.scheme == "https":
            trusted = ssl.create_default_context(
                cafile=DEFAULT_CA_BUNDLE_PATH
            )  # the authorities that the sender trusts
            with trusted.wrap_socket(opened, server_hostname=line.target.host):
                pass


def _worded(error: OSError, line: Line) -> str:
    place = _place(line.target)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{place} has a certificate that is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"{place} does not speak TLS ({error.reason}): is it http:// that is meant?"
    if isinstance(error, TimeoutError):
        return f"{place} did not answer in time: is a firewall between, or the receiver busy?"
    return in_plain_words(error, line, began=False)


def _place(target: Target) -> str:
    return f"{target.host}:{target.port}"
