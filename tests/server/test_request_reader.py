"""Requests are found whatever pieces they come in."""

from typing import Any

import pytest

from emulator.server.limits import BODY_BYTES, CHUNK_OVERHEAD, IN_MEMORY
from emulator.server.refusals import Refusal
from emulator.server.request_reader import Awaited, RequestReader

FIXED = b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = (
    b"POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nhel\r\n2 ; x=y\r\nlo\r\n0\r\nTrailer: t\r\n\r\n"
)
EMPTY = b"GET /c HTTP/1.1\r\nHost: a\r\n\r\n"
LARGE = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"
IN_CHUNKS = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"


def read(sent: bytes, size: int) -> list[tuple[str, str | None, bytes]]:
    """Path, length and body of each request, with the bytes coming in pieces of that size."""
    reader, found = RequestReader({}), []
    for at in range(0, len(sent), size):
        reader.incoming += sent[at : at + size]
        while (head := reader.take()) is not None:
            with head.environ["wsgi.input"] as body:
                found.append((head.environ["PATH_INFO"], head.environ.get("CONTENT_LENGTH"), body.read()))
    assert reader.awaits is Awaited.NOTHING
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, 10_000])
def test_the_same_requests_are_found_in_pieces_of_any_size(size: int) -> None:
    found = read(FIXED + CHUNKED + b"\r\n\r\n" + EMPTY + FIXED, size)
    assert found == [("/a", "5", b"hello"), ("/b", "5", b"hello"), ("/c", None, b""), ("/a", "5", b"hello")]


def test_a_large_body_is_kept_in_a_file_and_complete() -> None:
    body = bytes(range(256)) * (IN_MEMORY // 128)
    [(_, _, found)] = read(LARGE % len(body) + body, 50_000)
    assert found == body


@pytest.mark.parametrize(
    "chunks",
    [
        *(b"zz\r\n", b"-1\r\n", b"0x1\r\n", b"\r\n", b"1\r\nab\r\n", b" 1\r\n", b"1;\x00\r\n"),
        *(b"f" * 17 + b"\r\n", b"1" * 5000),
    ],
)
@pytest.mark.parametrize("size", [1, 10_000])
def test_what_are_no_chunks_is_refused(chunks: bytes, size: int) -> None:
    with pytest.raises(Refusal) as refused:
        read(IN_CHUNKS + chunks, size)
    assert refused.value.status == 400
    assert refused.value.environ["PATH_INFO"] == "/"


def test_trailers_are_bounded() -> None:
    with pytest.raises(Refusal, match="behind the last chunk"):
        read(IN_CHUNKS + b"0\r\n" + b"a: b\r\n" * 20_000, 10_000)


def too_large(sent: bytes) -> Any:
    reader = RequestReader({})
    reader.incoming += sent
    return reader.take()


@pytest.mark.parametrize(
    "sent",
    [
        LARGE % (BODY_BYTES + 1) + b"x",
        LARGE % 10**15,
        IN_CHUNKS + b"%x\r\n" % (BODY_BYTES + 1),
        IN_CHUNKS + b"1\r\nx\r\n" * (CHUNK_OVERHEAD // 5 + 1),
    ],
    ids=["a byte too long", "much too long", "one chunk too long", "more lines than bytes"],
)
def test_of_a_body_that_is_too_large_the_application_hears_without_reading_it(sent: bytes) -> None:
    head = too_large(sent)
    assert int(head.environ["CONTENT_LENGTH"]) > BODY_BYTES
    assert (head.environ["wsgi.input"].read(), head.keeps_alive, head.has_more) == (b"", False, True)


def test_a_body_as_large_as_allowed_is_read() -> None:
    with too_large(LARGE % BODY_BYTES + b" " * BODY_BYTES).environ["wsgi.input"] as body:
        assert len(body.read()) == BODY_BYTES
