"""Find the requests in what a connection receives, whatever pieces it comes in."""

from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from io import BytesIO
from typing import IO, Any

from emulator.server import limits
from emulator.server.message_body import ChunkedBody, FixedBody
from emulator.server.refusals import Refusal
from emulator.server.request_head import Head, read_head, read_request_line

BLANK_LINE = b"\r\n\r\n"
TLS_HANDSHAKE = b"\x16\x03"
VISIBLE = (33, 126)  # the first and the last visible character of ASCII


class Awaited(Enum):
    """What has begun to come and is not complete."""

    NOTHING = "nothing"
    HEAD = "head"
    BODY = "body"


class RequestReader:
    """Reads the requests of one connection; `base` is what their environs have in common."""

    __slots__ = ("_base", "_body", "_head", "_scanned", "awaits", "incoming", "wants_leave")

    def __init__(self, base: Mapping[str, Any]) -> None:
        self._base = base
        self.incoming, self._scanned = bytearray(), 0
        self._head: Head | None = None  # of a request whose body is still to come
        self._body: FixedBody | ChunkedBody | None = None
        self.awaits = Awaited.NOTHING
        self.wants_leave = False  # the client waits for 100 Continue before it sends the body

    def take(self) -> Head | None:
        """Return the next request, whose body is `wsgi.input` of its environ; None if it is incomplete.

        Raise Refusal.
        """
        try:
            return self._take()
        except Refusal as refusal:
            refusal.environ = refusal.environ or (self._head.environ if self._head else {})
            raise

    def overdue(self, seconds: float) -> Refusal:
        """Return the refusal of a request that was not complete within so many seconds."""
        return self._incomplete(408, f"within {seconds} s")

    def broken_off(self) -> Refusal:
        """Return the refusal of a request whose client sends no more, though it is not complete."""
        return self._incomplete(400, "when its sender ended the connection")

    def _incomplete(self, status: int, when: str) -> Refusal:
        if self._head is None:
            return self._unfinished_head(status, f"no blank line ended the head {when}")
        refusal = Refusal(status, f"the body was not complete {when}: is it as long as the head says?")
        refusal.environ = self._head.environ
        return refusal

    def drop(self) -> None:
        """Forget what came in."""
        if self._body is not None:
            self._body.close()
        self._head, self._body, self.awaits = None, None, Awaited.NOTHING
        self.incoming.clear()

    def _take(self) -> Head | None:
        head = self._head or self._take_head()
        if head is None:
            return None
        if self._body is None:
            if not head.is_chunked and len(self.incoming) >= head.content_length:
                return self._complete(head, self._cut_off(head.content_length))
            if head.content_length > limits.BODY_BYTES:
                return self._too_large(head, head.content_length)
            self._begin_body(head)
        return self._take_body(head)

    def _take_head(self) -> Head | None:
        incoming = self.incoming
        if incoming.startswith((b"\r", b"\n")):
            incoming[:] = incoming.lstrip(b"\r\n")  # some clients send a line end too many behind a body
        end = incoming.find(BLANK_LINE, self._scanned)
        if end > limits.HEAD_BYTES or (end < 0 and len(incoming) > limits.HEAD_BYTES):
            raise self._unfinished_head(431, f"more than {limits.HEAD_BYTES} bytes before the blank line")
        if end < 0:
            if reason := _why_no_head(incoming):
                raise self._unfinished_head(400, reason)
            self._scanned = max(0, len(incoming) - 3)
            self.awaits = Awaited.HEAD if incoming else Awaited.NOTHING
            return None
        raw = bytes(incoming[:end])
        del incoming[: end + 4]
        self._scanned, self.awaits = 0, Awaited.NOTHING
        return read_head(raw, self._base)

    def _unfinished_head(self, status: int, detail: str) -> Refusal:
        refusal, environ = Refusal(status, detail), dict(self._base)
        with suppress(Refusal):
            read_request_line(bytes(self.incoming).partition(b"\n")[0].removesuffix(b"\r"), environ)
        refusal.environ = environ
        return refusal

    def _cut_off(self, length: int) -> BytesIO:
        body = BytesIO(self.incoming[:length])
        del self.incoming[:length]
        return body

    def _begin_body(self, head: Head) -> None:
        self._head, self.awaits = head, Awaited.BODY
        self._body = ChunkedBody() if head.is_chunked else FixedBody(head.content_length)
        self.wants_leave = head.expects_continue and not self.incoming

    def _take_body(self, head: Head) -> Head | None:
        body = self._body
        if body is None or not body.take(self.incoming):
            return None
        if body.is_too_large:
            return self._too_large(head, limits.BODY_BYTES + 1)
        head.environ["CONTENT_LENGTH"] = str(body.length)
        body.file.seek(0)
        self._head, self._body, self.awaits = None, None, Awaited.NOTHING
        return self._complete(head, body.file)

    def _too_large(self, head: Head, length: int) -> Head:
        """Return the request without its body: the API says in its own words that it is too large."""
        self.drop()
        head.environ["CONTENT_LENGTH"] = str(length)
        head.keeps_alive, head.has_more = False, True
        return self._complete(head, BytesIO())

    def _complete(self, head: Head, body: IO[bytes]) -> Head:
        head.environ["wsgi.input"] = body
        return head


def _why_no_head(begun: bytearray) -> str | None:
    """Return why these bytes are not the beginning of a head, as far as that shows before its end."""
    if begun.startswith(TLS_HANDSHAKE):
        return "this port speaks no TLS: write http:// instead of https://, or start with --tls"
    if begun and not VISIBLE[0] <= begun[0] <= VISIBLE[1]:
        return "that is no request of HTTP/1.1, which begins with a verb"
    if b"\n\n" in begun:
        return "the lines of a head end with CR LF, not with LF alone"
    return None
