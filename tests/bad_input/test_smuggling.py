"""Rows 4, 7 and 10 where one message could be read as two, or has no end."""

import re
import socket

import pytest

from tests.bad_input.answers import check_nothing_stored
from tests.bad_input.table import PORT, PROVIDERS, SANDBOX, body, post
from tests.emulators import Emulator

CHUNK = b"1\r\n \r\n"
GIGABYTE = 1024**3


def talk(emulator: Emulator, request: bytes, *, half_close: bool = False) -> bytes:
    """All that comes back on one connection until the emulator closes it or falls silent."""
    request = request.replace(SANDBOX, emulator.sandbox.encode()).replace(PORT, str(emulator.port).encode())
    with emulator.connect() as line:
        line.sendall(request)
        if half_close:
            line.shutdown(socket.SHUT_WR)
        return read_to_the_end(line)


def read_to_the_end(line: socket.socket) -> bytes:
    received = b""
    try:
        while piece := line.recv(65536):
            received += piece
    except ConnectionError:
        pass  # closed all the same
    return received


def statuses(received: bytes) -> list[int]:
    """The status of each answer in there."""
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", received)]


def cases(emulator: Emulator, provider: str) -> int:
    """How many cases there are by now."""
    if provider == "sphinxhq":
        return int(emulator.sphinxhq.get().json()["count"])
    return int(emulator.aplyid.open_case(client__name="John Stuck")["case_id"]) - 1024


def lasting(provider: str, sent: bytes, *further: tuple[str, str], without: tuple[str, ...] = ()) -> bytes:
    """A request after which the caller would keep the connection."""
    return post(provider, sent, *further, without=["Connection", *without])


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_follows_a_body_that_was_cut_short_is_not_a_request(emulator: Emulator, provider: str) -> None:
    smuggled = post(provider, body(provider))
    received = talk(emulator, lasting(provider, b"{" + smuggled, ("Content-Length", "1")))
    assert statuses(received) == [400]
    check_nothing_stored(emulator, provider)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_garbage_after_a_body_that_was_cut_short_ends_the_connection(emulator: Emulator, provider: str) -> None:
    good = body(provider)
    received = talk(emulator, lasting(provider, good + b"\r\n\r\n", ("Content-Length", str(len(good) - 3))))
    assert set(statuses(received)) == {400}
    check_nothing_stored(emulator, provider)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("length_first", [True, False])
def test_a_message_with_length_and_chunks_is_one_message_or_none(
    emulator: Emulator, provider: str, length_first: bool
) -> None:
    good = body(provider)
    smuggled = post(provider, good)
    chunked = f"{len(good):x}".encode() + b"\r\n" + good + b"\r\n0\r\n\r\n" + smuggled
    both = [("Content-Length", str(len(chunked))), ("Transfer-Encoding", "chunked")]
    received = talk(emulator, lasting(provider, chunked, *(both if length_first else both[::-1])))
    assert len([status for status in statuses(received) if status == 201]) <= 1
    assert not [status for status in statuses(received) if status >= 500]
    assert cases(emulator, provider) <= 1


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("spelling", ["Chunked", " chunked", "chunked ", "\tchunked", "\x0bchunked", "chun\x00ked"])
def test_a_length_of_zero_hides_no_chunked_request(emulator: Emulator, provider: str, spelling: str) -> None:
    smuggled = post(provider, body(provider))
    wrapped = f"{len(smuggled):x}".encode() + b"\r\n" + smuggled + b"\r\n0\r\n\r\n"
    received = talk(emulator, lasting(provider, wrapped, ("Content-Length", "0"), ("Transfer-Encoding", spelling)))
    assert 201 not in statuses(received)
    check_nothing_stored(emulator, provider)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("end", [b"", b"0\r\n", b"0"])
def test_chunks_without_an_end_store_nothing(emulator: Emulator, provider: str, end: bytes) -> None:
    good = body(provider)
    chunks = f"{len(good):x}".encode() + b"\r\n" + good + b"\r\n" + end
    request = lasting(provider, chunks, ("Transfer-Encoding", "chunked"), without=("Content-Length",))
    received = talk(emulator, request, half_close=True)
    assert all(400 <= status < 500 for status in statuses(received))
    check_nothing_stored(emulator, provider)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_body_that_never_comes_stores_nothing(emulator: Emulator, provider: str) -> None:
    request = lasting(provider, b"{", ("Content-Length", "1000"))
    received = talk(emulator, request, half_close=True)
    assert all(400 <= status < 500 for status in statuses(received))
    check_nothing_stored(emulator, provider)


@pytest.mark.slow
def test_a_gigabyte_of_tiny_chunks_is_cut_off(emulator: Emulator) -> None:
    provider = "sphinxhq"  # whichever: no API is known by then
    request = lasting(provider, b"", ("Transfer-Encoding", "chunked"), without=("Content-Length",))
    request = request.replace(SANDBOX, emulator.sandbox.encode()).replace(PORT, str(emulator.port).encode())
    block, sent = CHUNK * 100_000, 0
    with socket.create_connection(("127.0.0.1", emulator.port), 30) as line:
        try:
            line.sendall(request)
            while sent < GIGABYTE:
                line.sendall(block)
                sent += len(block)
        except ConnectionError:
            pass  # cut off, as it should be
        received = read_to_the_end(line)
    assert sent < GIGABYTE / 10
    assert statuses(received) in ([413], [])
    check_nothing_stored(emulator, provider)
