"""What the head of a request may be, and what the application sees of it."""

import pytest

from emulator.server.refusals import Refusal
from emulator.server.request_head import KEYS, LATEST, LONGEST_KEPT, MOST_KEPT, MOST_NAMES, Head, read_head


def head(*lines: str, first: str = "POST /a HTTP/1.1", host: bool = True) -> Head:
    named = [first, *(["Host: here"] if host else []), *lines]
    return read_head("\r\n".join(named).encode("latin-1"), {"SCRIPT_NAME": ""})


@pytest.mark.parametrize(
    ("first", "status"),
    [
        ("PRI * HTTP/2.0", 505),
        ("GET / HTTP/2.0", 505),
        ("GET / HTTP/9.9", 505),
        ("GET / HTTP/0.9", 505),
        ("GET / HTTP/1", 400),
        ("GET / http/1.1", 400),
        ("GET /", 400),
        ("GET  / HTTP/1.1", 400),
        ("GET / HTTP/1.1 ", 400),
        ("get / HTTP/1.1", 400),
        ("G(T / HTTP/1.1", 400),
        ("GET a HTTP/1.1", 400),
        ("GET /\x00 HTTP/1.1", 400),
        ("GET /\n HTTP/1.1", 400),
        (" / HTTP/1.1", 400),
    ],
)
def test_a_request_line_that_is_none_is_refused(first: str, status: int) -> None:
    with pytest.raises(Refusal) as refused:
        head(first=first)
    assert refused.value.status == status


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["Host: there"], 400),
        (["Content-Length: 1", "Content-Length: 1"], 400),
        (["Content-Length: 1, 1"], 400),
        (["Content-Length: +1"], 400),
        (["Content-Length:"], 400),
        (["Content-Length: 1", "Transfer-Encoding: chunked"], 400),
        (["Transfer-Encoding: gzip, chunked"], 501),
        (["Transfer-Encoding: chunked, chunked"], 501),
        (["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], 501),
        (["Transfer-Encoding: \x0bchunked"], 400),
        (["A : b"], 400),
        (["A"], 400),
        ([": b"], 400),
        (["A: b\rc"], 400),
        (["A: b\nC: d"], 400),
        (["A: b\x00"], 400),
        (["A: b\x7f"], 400),
        (["A: b"] * 1001, 431),
    ],
)
def test_headers_that_could_be_read_in_two_ways_are_refused(lines: list[str], status: int) -> None:
    with pytest.raises(Refusal) as refused:
        head(*lines)
    assert refused.value.status == status
    assert refused.value.environ["PATH_INFO"] == "/a"


def test_without_a_host_only_an_old_client_is_understood() -> None:
    with pytest.raises(Refusal, match="Host is missing"):
        head(host=False)
    assert "HTTP_HOST" not in head(first="GET / HTTP/1.0", host=False).environ


def test_the_host_in_the_target_counts_whatever_the_header_says() -> None:
    read = head(first="GET http://there:81/a/b?c=d#e HTTP/1.1").environ
    assert (read["HTTP_HOST"], read["PATH_INFO"], read["QUERY_STRING"]) == ("there:81", "/a/b", "c=d")
    assert head(first="GET http://there HTTP/1.1").environ["PATH_INFO"] == "/"
    assert head(first="OPTIONS * HTTP/1.1").environ["PATH_INFO"] == "*"


def test_a_path_is_decoded_and_kept_as_it_was_sent() -> None:
    read = head(first="GET //a%20b/%2F?x=%20 HTTP/1.1").environ
    assert (read["PATH_INFO"], read["REQUEST_URI"], read["QUERY_STRING"]) == ("//a b//", "//a%20b/%2F?x=%20", "x=%20")


def test_headers_that_come_twice_are_joined_cookies_by_a_semicolon() -> None:
    read = head("A: 1", "a:2", "Cookie: b=1", "Cookie: c=2", "D:\t e\tf \t", "G: h", " i").environ
    assert (read["HTTP_A"], read["HTTP_COOKIE"]) == ("1, 2", "b=1; c=2")
    assert (read["HTTP_D"], read["HTTP_G"]) == ("e\tf", "h i")


def test_a_name_with_an_underscore_cannot_pass_for_another() -> None:
    read = head("Content_Length: 5", "X_A: b", "X-A: c").environ
    assert "CONTENT_LENGTH" not in read
    assert read["HTTP_X_A"] == "c"


@pytest.mark.parametrize(
    ("first", "connection", "keeps"),
    [
        ("GET / HTTP/1.1", None, True),
        ("GET / HTTP/1.1", "TE, close", False),
        ("GET / HTTP/1.1", "Close", False),
        ("GET / HTTP/1.1", "keep-alive, Upgrade", True),
        ("GET / HTTP/1.1", "closed", True),
        ("GET / HTTP/1.0", None, False),
        ("GET / HTTP/1.0", "TE, Keep-Alive", True),
        ("GET / HTTP/1.0", "keep-alive, close", False),
    ],
)
def test_the_header_connection_is_a_list(first: str, connection: str | None, keeps: bool) -> None:
    assert head(*([f"Connection: {connection}"] if connection else []), first=first).keeps_alive is keeps


def test_names_that_callers_make_up_are_not_kept_for_ever() -> None:
    for number in range(2 * MOST_NAMES):
        assert head(f"X-{number}: a").environ[f"HTTP_X_{number}"] == "a"
    assert len(KEYS) <= MOST_NAMES


def test_a_head_that_comes_again_is_read_as_at_first() -> None:
    lines = ("Content-Length: 3", "Expect: 100-continue", "Connection: close", "X-A: 1", "X-A: 2")
    first, again = head(*lines), head(*lines)
    assert again.environ == first.environ
    assert all(getattr(again, name) == getattr(first, name) for name in Head.__slots__)
    again.environ["HTTP_X_A"] = "3"
    again.keeps_alive, again.has_more = True, True
    assert (head(*lines).environ["HTTP_X_A"], head(*lines).keeps_alive, head(*lines).has_more) == ("1, 2", False, False)
    raw = b"GET / HTTP/1.1\r\nHost: here"
    assert [read_head(raw, {"SERVER_PORT": port}).environ["SERVER_PORT"] for port in ("1", "2")] == ["1", "2"]
    for _ in range(2):
        with pytest.raises(Refusal):
            head("A : b")


def test_heads_that_come_again_cannot_fill_the_memory() -> None:
    for number in range(3 * MOST_KEPT):
        head(f"X-Number: {number}")
    head("X-Long: " + "x" * LONGEST_KEPT)
    assert 0 < len(LATEST) <= MOST_KEPT
    assert max(map(len, LATEST)) <= LONGEST_KEPT
