"""The final answer to a request, of the emulator's receivers and of an emulator behind a proxy."""

from http import HTTPStatus
from http.client import HTTPResponse


class FinalAnswer(HTTPResponse):
    """The final answer; `http.client` by itself passes over 100 alone of the interim ones (RFC 9110, 15.2)."""

    def begin(self) -> None:
        """Read up to the headers of the final answer; 101 is final, because nobody asked for another protocol."""
        super().begin()
        while self.status < HTTPStatus.OK and self.status != HTTPStatus.SWITCHING_PROTOCOLS:
            self.headers = self.msg = None  # type: ignore[assignment]  # otherwise it counts as read already
            super().begin()
