"""Find out why a webhook would not reach its receiver, without sending one."""

import ssl

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from emulator.delivery.authorities import trust_also, why_untrusted
from emulator.delivery.connection import TargetConnection
from emulator.delivery.lookups import UnknownName
from emulator.delivery.sender import CONNECT_SECONDS, in_plain_words
from emulator.delivery.targets import BlockedTarget, Target, Targets


def find_obstacle(targets: Targets, url: str, seconds: float = CONNECT_SECONDS) -> str | None:
    """Return why a webhook would not reach the URL, in plain words; None when somebody listens there.

    Connect to the address a webhook would go to, and shake hands over TLS, but send no request.
    """
    try:
        target = targets.find(url, seconds)
    except (BlockedTarget, UnknownName) as error:
        return str(error)
    connection = TargetConnection(target, seconds)
    try:
        _connect(connection, targets.authorities)
    except OSError as error:
        return _worded(error, connection)
    finally:
        connection.close()
    return None


def _connect(connection: TargetConnection, authorities: str | bytes | None) -> None:
    with connection.dial() as opened:
        if connection.target.url.scheme == "https":
            # The same authorities as the sender trusts.
            trusted = trust_also(ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH), authorities)
            with trusted.wrap_socket(opened, server_hostname=connection.target.host):
                pass


def _worded(error: OSError, connection: TargetConnection) -> str:
    place = _place(connection.target)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{place} shows {why_untrusted(error)}"
    if isinstance(error, ssl.SSLError):
        return f"{place} does not speak TLS ({error.reason}): is it http:// that is meant?"
    if isinstance(error, TimeoutError):
        return f"{place} did not answer in time: is a firewall between, or the receiver busy?"
    return in_plain_words(error, connection, began=False)


def _place(target: Target) -> str:
    return f"{target.host}:{target.port}"
