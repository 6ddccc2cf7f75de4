"""What the server refuses by itself, because no application could make sense of it."""

from collections.abc import Mapping

from emulator.quick_dataclass import dataclass

PHRASES = {
    400: "Bad Request",
    408: "Request Timeout",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    505: "HTTP Version Not Supported",
}


class Refusal(Exception):
    """The bytes that came in are no request that the server can read; `detail` says why."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.environ: Mapping[str, str] = {}  # what could be read before

    @property
    def phrase(self) -> str:
        """The status with its reason phrase."""
        return f"{self.status} {PHRASES[self.status]}"

    @property
    def body(self) -> bytes:
        """The text of the answer."""
        return f"{PHRASES[self.status]}: {self.detail}\n".encode()


@dataclass(frozen=True)
class RefusalReport:
    """A refusal that was answered; `environ` holds what could be read of the request."""

    environ: Mapping[str, str]
    status: int
    detail: str
    answer: bytes
