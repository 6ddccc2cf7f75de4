"""The kinds of webhook faults that are carried out while the webhook is sent, within one attempt.

A delivery names its faults, so that these kinds have no settings: the sender knows by the names what to do.
"""

from collections.abc import Sequence
from typing import ClassVar

from emulator.core.deliveries import Delivery
from emulator.core.faults import Side
from emulator.quick_dataclass import dataclass


class WireFault:
    """The base of these kinds: the delivery stays as it is, and the sender does the rest."""

    kind: ClassVar[str] = ""
    side: ClassVar[Side] = Side.WEBHOOK

    def apply(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        """Return the deliveries unchanged."""
        return deliveries

    @classmethod
    def is_of(cls, delivery: Delivery) -> bool:
        """Return whether a fault of this kind was applied to the delivery."""
        return any(name.startswith(f"{cls.kind} (") for name in delivery.faults)


@dataclass(frozen=True, kw_only=True)
class Chunked(WireFault):
    """The body is sent in chunks (Transfer-Encoding), without a Content-Length."""

    kind: ClassVar[str] = "chunked"


@dataclass(frozen=True, kw_only=True)
class LowerCaseHeaders(WireFault):
    """The names of all headers are sent in lower case, as HTTP/2 does and proxies do."""

    kind: ClassVar[str] = "lower_case_headers"


@dataclass(frozen=True, kw_only=True)
class CutOff(WireFault):
    """The body breaks off in the middle and the connection ends; then the webhook is sent whole."""

    kind: ClassVar[str] = "cut_off"


@dataclass(frozen=True, kw_only=True)
class LostAcknowledgement(WireFault):
    """The receiver's 2xx counts as lost, so that the webhook is sent again, with the same id and bytes."""

    kind: ClassVar[str] = "lost_acknowledgement"


@dataclass(frozen=True, kw_only=True)
class Unreachable(WireFault):
    """Three connections end without a byte within 0.4 s, as with a receiver that starts again; then it is sent."""

    kind: ClassVar[str] = "unreachable"


@dataclass(frozen=True, kw_only=True)
class Repeated(WireFault):
    """The webhook is sent once more as soon as it was accepted, with the same id and bytes."""

    kind: ClassVar[str] = "repeated"


@dataclass(frozen=True, kw_only=True)
class EightAtOnce(WireFault):
    """Eight copies are sent at the same instant, with the same id and bytes."""

    kind: ClassVar[str] = "eight_at_once"


@dataclass(frozen=True, kw_only=True)
class Overtaken(WireFault):
    """The webhook waits for a moment, so that one of another case to the same target overtakes it."""

    kind: ClassVar[str] = "overtaken"


@dataclass(frozen=True, kw_only=True)
class StrangerFirst(WireFault):
    """Another event, of a type that is not documented, is sent first, if webhooks of the provider name a type.

    If the receiver answers 5xx to it, the attempt has failed.
    """

    kind: ClassVar[str] = "stranger_first"


@dataclass(frozen=True, kw_only=True)
class Burst(WireFault):
    """Sixteen webhooks about other cases, which nobody knows, are sent first, four at a time."""

    kind: ClassVar[str] = "burst"


@dataclass(frozen=True, kw_only=True)
class NoRetry(WireFault):
    """The webhook is tried once, whatever the retry profile says."""

    kind: ClassVar[str] = "no_retry"


WIRE_FAULT_KINDS: tuple[type[WireFault], ...] = (
    Chunked,
    LowerCaseHeaders,
    CutOff,
    LostAcknowledgement,
    Unreachable,
    Repeated,
    EightAtOnce,
    Overtaken,
    StrangerFirst,
    Burst,
    NoRetry,
)
