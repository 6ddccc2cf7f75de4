"""Rows 1 to 28: the message and its headers."""

import gzip

from tests.bad_input.answers import BROKEN
from tests.bad_input.table import CREDENTIALS, MIB, PATHS, PROVIDERS, Row, body, post

ANY_REFUSAL = (*BROKEN, "malformed", "missing", "invalid", "wrong type", "unauthorized")


def _chunked(provider: str, chunks: bytes, *further: tuple[str, str]) -> bytes:
    return post(provider, chunks, ("Transfer-Encoding", "chunked"), *further, without=["Content-Length"])


def _padded(provider: str, size: int) -> bytes:
    return body(provider).ljust(size)


def _length(provider: str, value: str) -> bytes:
    return post(provider, body(provider), ("Content-Length", value))


def _rows_of(provider: str) -> list[Row]:
    good = body(provider)
    whole = f"{len(good):x}".encode() + b"\r\n" + good + b"\r\n"
    is_b = provider == "sphinxhq"

    def row(number: int, what: str, request: bytes, *voices: str) -> Row:
        return Row(number, provider, what, request, voices)

    lengths = ["-1", "+2", "0x2", "2, 2", "9" * 20, "1e3", "2 2", "", "٢", f"{len(good)}, {len(good)}", "-0", "1_0"]
    hosts = ["evil.example", "127.0.0.1.evil.example", "localhost@evil", "[::1", "a b", "127.0.0.1:99999999", "::1"]
    hosts += ["localhost/evil", "evil.example:80", "[::1]evil.example", "127.0.0.1#evil.example", "localhost.evil"]
    methods = ["PUT", "PATCH", "DELETE", "TRACE", "FOO", "PROPFIND", "QUERY", "M-SEARCH"]
    key_name, key = CREDENTIALS[provider]
    return [
        row(1, "empty-body", post(provider, b""), "missing"),
        row(1, "empty-chunked-body", _chunked(provider, b"0\r\n\r\n"), "missing"),
        row(2, "no-length", post(provider, b"", without=["Content-Length"]), "missing", "framing"),
        row(2, "no-length-but-a-body", post(provider, good, without=["Content-Length"]), "missing", "framing"),
        row(4, "length-too-small", _length(provider, str(len(good) - 3)), "malformed"),
        row(4, "length-of-one", _length(provider, "1"), "malformed"),
        *(row(5, f"length-{value.encode()!r}"[:40], _raw_length(provider, value), *ANY_REFUSAL) for value in lengths),
        row(
            5,
            "two-lengths",
            post(provider, good, ("Content-Length", "2"), ("Content-Length", str(len(good)))),
            *ANY_REFUSAL,
        ),
        *(
            row(8, f"transfer-{coding}", post(provider, whole + b"0\r\n\r\n", ("Transfer-Encoding", coding)), *BROKEN)
            for coding in ["gzip, chunked", "gzip", "chunked, gzip", "identity", "xchunked", "nope"]
        ),
        row(
            8,
            "transfer-chunked-twice",
            post(provider, whole + b"0\r\n\r\n", ("Transfer-Encoding", "chunked, chunked")),
            *BROKEN,
            "accepted",
        ),
        row(10, "bad-chunk-size", _chunked(provider, b"zz\r\n" + good + b"\r\n0\r\n\r\n"), *BROKEN),
        row(10, "negative-chunk-size", _chunked(provider, b"-5\r\n" + good + b"\r\n0\r\n\r\n"), *BROKEN),
        row(10, "hex-prefixed-chunk-size", _chunked(provider, b"0x" + whole + b"0\r\n\r\n"), *BROKEN),
        row(10, "chunk-size-with-sign", _chunked(provider, b"+" + whole + b"0\r\n\r\n"), *BROKEN),
        row(10, "chunk-longer-than-said", _chunked(provider, b"2\r\n" + good + b"\r\n0\r\n\r\n"), *BROKEN),
        row(10, "good-chunks", _chunked(provider, whole + b"0\r\n\r\n"), "accepted"),
        row(10, "chunks-over-1-mib", _big_chunks(provider), "too large"),
        row(11, "1-mib-and-1", post(provider, _padded(provider, MIB + 1)), "too large"),
        row(11, "exactly-1-mib", post(provider, _padded(provider, MIB)), "accepted"),
        row(11, "8-mib", post(provider, b" " * (8 * MIB - 1)), "too large"),
        row(11, "length-8-gib-unsent", _length(provider, str(8 * 1024 * MIB)), "too large"),
        row(13, "no-host", post(provider, good, without=["Host"]), *BROKEN),
        row(13, "two-hosts", post(provider, good, ("Host", "127.0.0.1"), ("Host", "127.0.0.1")), *BROKEN),
        row(13, "good-and-bad-host", post(provider, good, ("Host", "127.0.0.1"), ("Host", "evil.example")), *BROKEN),
        row(13, "empty-host", post(provider, good, ("Host", "")), *BROKEN),
        row(13, "blank-host", post(provider, good, ("Host", "  ")), *BROKEN),
        *(row(14, f"host-{host}", post(provider, good, ("Host", host)), "misdirected", "framing") for host in hosts),
        row(16, "header-of-1-mb", post(provider, good, ("X-Long", "a" * 1_000_000)), *BROKEN),
        row(16, "10000-headers", post(provider, good, *((f"X-{i}", "a") for i in range(10_000))), *BROKEN),
        row(17, "line-of-100-kb", post(provider, good, path=PATHS[provider] + "?" + "x" * 100_000), *BROKEN),
        row(17, "path-of-100-kb", post(provider, good, path="/" + "x" * 100_000), *BROKEN),
        row(19, "blank-before-colon", post(provider, good, (f"{key_name} ", key), without=[key_name]), *ANY_REFUSAL),
        row(19, "blank-before-length-colon", post(provider, good, ("Content-Length ", "2")), *BROKEN),
        row(19, "underscore-length", post(provider, good, ("Content_Length", "2")), "accepted"),
        row(19, "underscore-type", post(provider, good, ("Content_Type", "text/plain")), "accepted"),
        row(19, "underscore-host", post(provider, good, ("Http_Host", "evil.example")), "accepted"),
        row(19, "header-without-colon", post(provider, good).replace(b"\r\n\r\n", b"\r\nnothing\r\n\r\n", 1), *BROKEN),
        row(19, "header-without-name", post(provider, good, ("", "x")), *BROKEN),
        row(19, "folded-header", post(provider, good, ("X-A", "b\r\n c")), "accepted", *BROKEN),
        row(20, "gzip", post(provider, gzip.compress(good), ("Content-Encoding", "gzip")), "wrong type"),
        row(20, "gzip-named-only", post(provider, good, ("Content-Encoding", "gzip")), "wrong type"),
        row(20, "deflate", post(provider, good, ("Content-Encoding", "deflate")), "wrong type"),
        row(20, "identity", post(provider, good, ("Content-Encoding", "identity")), "accepted"),
        row(20, "gzip-unnamed", post(provider, gzip.compress(good)), "malformed"),
        *(
            row(22, f"override-{name}", post(provider, good, (name, "DELETE")), "accepted")
            for name in ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]
        ),
        row(22, "override-in-query", post(provider, good, path=PATHS[provider] + "?_method=DELETE"), "accepted"),
        *(row(23, method, post(provider, good, method=method), "wrong verb") for method in methods),
        *(
            row(23, method, post(provider, good, method=method), "wrong verb", *BROKEN, "bad path")
            for method in ["CONNECT", "post", "Post", "get", "P OST", "PO\tST", "PÖST"]
        ),
        row(23, "http-0.9", f"POST {PATHS[provider]}\r\n\r\n".encode(), *ANY_REFUSAL),
        row(23, "http-9.9", post(provider, good).replace(b"HTTP/1.1", b"HTTP/9.9"), "accepted", *BROKEN),
        row(23, "no-http", post(provider, good).replace(b"HTTP/1.1", b"HTTQ/1.1"), *BROKEN),
        *(
            row(26, f"path-{path}", post(provider, good, path=path), "no path")
            for path in (_BAD_B_PATHS if is_b else _BAD_A_PATHS)
        ),
    ]


def _raw_length(provider: str, value: str) -> bytes:
    return _length(provider, "@LENGTH@").replace(b"@LENGTH@", value.encode())


def _big_chunks(provider: str) -> bytes:
    chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
    return _chunked(provider, chunk * 33 + b"0\r\n\r\n")


_BAD_B_PATHS = (
    *("/api/%2e%2e/api/cases/", "/api/cases%00", "/api/cases%00/", "/api/cases%ff", "/api/cases%ff/"),
    *("/api/cases;x=1", "/api/cases;x=1/", "/api/cases/%2e%2e/", "/api/cases/%2e%2e/cases/", "/api/cases%20/"),
    *("/api/cases/.json", "/api/cases.json", "/api/cases//", "/api/cases/%2F", "/api/cases%0a", "/api/"),
)
_BAD_A_PATHS = (
    *("/integrations/%2e%2e/integrations/core/cases", "/integrations/core/cases%00", "/integrations/core/cases%ff"),
    *("/integrations/core/cases;x=1", "/integrations/core/cases/%2e%2e", "/integrations/core/cases%20"),
    *("/integrations/core/cas%65s", "/integrations/core%2Fcases", "/integrations/core/cases/1", "/integrations/core/"),
    *("/integrations/core/cases.", "/integrations/core/cases.json.json", "/integrations/core/cases%2ejson"),
)
_OTHER_PATHS = {
    "aplyid": (
        ("/integrations/core/cases/", "accepted"),
        ("//integrations//core///cases", "accepted"),
        ("/integrations/core/cases//", "accepted"),
        ("/integrations/core/cases.json", "accepted"),
        ("/integrations/core/cases.xml/", "accepted"),
        ("/Integrations/Core/Cases", "no path"),
        ("/INTEGRATIONS/CORE/CASES/", "no path"),
        ("/integrations/core/../core/cases", "no path"),
        ("/integrations/core/./cases", "no path"),
    ),
    "sphinxhq": (
        ("/api/cases", "redirect"),
        ("/api/cases?x=1", "redirect"),
        ("//api//cases/", "no path"),
        ("//api/cases/", "no path"),
        ("/api//cases/", "no path"),
        ("/api/cases/../cases/", "no path"),
        ("/api/./cases/", "no path"),
        ("/API/CASES/", "no path"),
        ("/api/Cases/", "no path"),
        ("/API/cases", "no path"),
    ),
}
_ACCEPT = {
    "aplyid": (
        *((accept, "accepted") for accept in ("text/html", "application/xml", "image/png;q=0", "", "*/*")),
        *((a, "not acceptable") for a in ("garbage", "application/json, garbage", "*", "/", ";;", "a" * 5_000)),
    ),
    "sphinxhq": (
        *((accept, "accepted") for accept in ("*/*", "application/json;q=0", "text/html, application/json")),
        *((a, "not acceptable") for a in ("text/html", "application/xml", "garbage", "", "*", "/", "a" * 5_000)),
    ),
}

ROWS = (
    *(row for provider in PROVIDERS for row in _rows_of(provider)),
    *(
        Row(25, provider, f"path-{path}", post(provider, body(provider), path=path), (voice,))
        for provider in PROVIDERS
        for path, voice in _OTHER_PATHS[provider]
    ),
    *(
        Row(28, provider, f"accept-{accept[:30]}", post(provider, body(provider), ("Accept", accept)), (voice,))
        for provider in PROVIDERS
        for accept, voice in _ACCEPT[provider]
    ),
)
