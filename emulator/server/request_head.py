"""Read the head of a request, strictly: what two readers could take for different requests is refused.

A stand-in for an API must not accept what the API refuses (RFC 9112, request smuggling).
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from emulator.server.limits import HEADER_FIELDS
from emulator.server.refusals import Refusal

# All that may stand in a head between the line ends: tab, visible characters, blanks, and bytes above ASCII.
PLAIN = bytes([9, *range(32, 127), *range(128, 256)])
TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
VERSION = re.compile(r"HTTP/([0-9])\.([0-9])")
LENGTH = re.compile(r"[0-9]{1,19}")
ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)(.*)")
FOLD = re.compile(rb"\r\n(?=[ \t])")
BARE = {"CONTENT_TYPE", "CONTENT_LENGTH"}  # have no HTTP_ before their name in an environ
ONCE = {"HTTP_HOST": "Host", "CONTENT_LENGTH": "Content-Length"}
MOST_NAMES = 500
MOST_KEPT, LONGEST_KEPT = 64, 2048  # heads that are remembered, and bytes of one
Framing = tuple[bool, int, bool, bool, bool]  # as Head unpacks it
KEYS: dict[str, str] = {}  # by header name as it was sent, the key in an environ; empty for a name to leave out


class Head:
    """The head of one request."""

    __slots__ = ("content_length", "environ", "expects_continue", "has_more", "is_chunked", "is_old", "keeps_alive")

    def __init__(self, environ: dict[str, Any], framing: Framing) -> None:
        self.environ = environ
        self.has_more = False  # the rest of its body comes, and is not read
        self.is_old, self.content_length, self.is_chunked, self.keeps_alive, self.expects_continue = framing


def read_head(raw: bytes, base: Mapping[str, Any]) -> Head:
    """Return the head in these bytes, which end before the blank line; raise Refusal.

    Its environ has the values in `base` as well. The latest heads are remembered, because clients send the same ones
    again and again.
    """
    read = LATEST.get(raw)
    if read is None:
        read = _read_head(raw, base)
        _remember(raw, read)
    fields, framing = read
    return Head({**base, **fields}, framing)


def _remember(raw: bytes, read: tuple[Mapping[str, Any], Framing]) -> None:
    if len(raw) <= LONGEST_KEPT:
        if len(LATEST) >= MOST_KEPT:
            LATEST.clear()
        LATEST[raw] = read


def _read_head(raw: bytes, base: Mapping[str, Any]) -> tuple[Mapping[str, Any], Framing]:
    """Return what the head adds to an environ, and how the request is framed."""
    fields: dict[str, Any] = {}
    try:
        is_old = _read_lines(raw, fields)
        return fields, _framing(fields, is_old)
    except Refusal as refusal:
        fields.setdefault("REQUEST_URI", raw.partition(b"\r\n")[0].decode("latin-1"))
        refusal.environ = {**base, **fields}
        raise


def _read_lines(raw: bytes, environ: dict[str, Any]) -> bool:
    """Enter what stands in the head into the environ; return whether its version is 1.0."""
    first, end, fields = raw.partition(b"\r\n")
    is_old = read_request_line(first, environ)
    if end:
        _read_fields(fields, environ)
    if "HTTP_HOST" not in environ and not is_old:
        raise Refusal(400, "the header Host is missing")
    if environ["REQUEST_URI"][0] != "/":
        _use_authority(environ)
    return is_old


def _framing(environ: dict[str, Any], is_old: bool) -> Framing:
    length, is_chunked = _body(environ, is_old)
    keeps_alive = _keeps_alive(environ.get("HTTP_CONNECTION", ""), is_old)
    expects_continue = not is_old and environ.get("HTTP_EXPECT", "").lower() == "100-continue"
    return is_old, length, is_chunked, keeps_alive, expects_continue


def read_request_line(raw: bytes, environ: dict[str, Any]) -> bool:
    """Enter verb and target into the environ; return whether the version is 1.0. Raise Refusal."""
    _refuse_controls(raw, 0)
    parts = raw.decode("latin-1").split(" ")
    if len(parts) != 3:
        raise Refusal(400, "a request line is a verb, a path and HTTP/1.1, with one blank between them")
    verb, target, version = parts
    if version != "HTTP/1.1":
        _check_version(version)
    if not TOKEN.fullmatch(verb) or verb != verb.upper():
        raise Refusal(400, "that is no verb of HTTP, which are written in capital letters")
    environ["REQUEST_METHOD"], environ["REQUEST_URI"] = verb, target
    environ["SERVER_PROTOCOL"] = "HTTP/1.0" if version == "HTTP/1.0" else "HTTP/1.1"
    _split_target(target, environ)
    return version == "HTTP/1.0"


def _check_version(version: str) -> None:
    match = VERSION.fullmatch(version)
    if not match:
        raise Refusal(400, "the request line does not end with HTTP/1.1")
    if match[1] != "1":
        raise Refusal(505, "this server speaks HTTP/1.1")


def _split_target(target: str, environ: dict[str, Any]) -> None:
    if target[:1] == "/":
        target = target.partition("#")[0]
    elif absolute := ABSOLUTE.fullmatch(target):
        target = absolute[2].partition("#")[0]
        target = target if target[:1] == "/" else f"/{target}"
    elif target != "*":
        raise Refusal(400, "the target of a request begins with a slash, and this server is no proxy")
    path, _, environ["QUERY_STRING"] = target.partition("?")
    environ["PATH_INFO"] = unquote_to_bytes(path.encode("latin-1")).decode("latin-1") if "%" in path else path


def _use_authority(environ: dict[str, Any]) -> None:
    """Let the host in an absolute target count, whatever the header Host says (RFC 9112, 3.2.2)."""
    if absolute := ABSOLUTE.fullmatch(environ["REQUEST_URI"]):
        environ["HTTP_HOST"] = absolute[1]


def _read_fields(raw: bytes, environ: dict[str, Any]) -> None:
    if raw[:1] in (b" ", b"\t"):
        raise Refusal(400, "a blank before the first header")
    if b"\r\n " in raw or b"\r\n\t" in raw:
        raw = FOLD.sub(b"", raw)  # a header on several lines, as it was written long ago
    lines = raw.decode("latin-1").split("\r\n")
    _refuse_controls(raw, len(lines) - 1)
    if len(lines) > HEADER_FIELDS:
        raise Refusal(431, f"more than {HEADER_FIELDS} headers")
    for line in lines:
        name, colon, value = line.partition(":")
        key = KEYS.get(name)
        if key is None or not colon:
            key = _key_of(name, colon)
        if key in environ:
            _append(environ, key, value.strip(" \t"))
        elif key:
            environ[key] = value.strip(" \t")


def _refuse_controls(raw: bytes, line_ends: int) -> None:
    """Raise Refusal where more than these line ends is left of the bytes without all that is plain."""
    if len(raw.translate(None, PLAIN)) != 2 * line_ends:
        raise Refusal(400, "a control character, or a bare CR or LF, in the head")


LATEST: dict[bytes, tuple[Mapping[str, Any], Framing]] = {}  # heads as they were sent, and what was read in them


def _key_of(name: str, colon: str) -> str:
    """Return the key in an environ; empty for a name with an underscore, which could pass for another name."""
    if not colon or not TOKEN.fullmatch(name):
        raise Refusal(400, "a header is a name, a colon and a value, with no blank before the colon")
    key = name.upper().replace("-", "_")
    key = "" if "_" in name else key if key in BARE else f"HTTP_{key}"
    if len(KEYS) < MOST_NAMES:  # callers choose the names
        KEYS[name] = key
    return key


def _append(environ: dict[str, Any], key: str, value: str) -> None:
    """Add the value of a header that came before."""
    if key in ONCE:
        raise Refusal(400, f"the header {ONCE[key]} stands there twice")
    environ[key] += f"; {value}" if key == "HTTP_COOKIE" else f", {value}"


def _body(environ: dict[str, Any], is_old: bool) -> tuple[int, bool]:
    """Return the length of the body, and whether it comes in chunks instead."""
    length, coding = environ.get("CONTENT_LENGTH"), environ.pop("HTTP_TRANSFER_ENCODING", None)
    if coding is not None:
        _check_coding(coding, is_old)
        if length is not None:
            raise Refusal(400, "Content-Length and Transfer-Encoding exclude each other")
        return 0, True
    if length is None:
        return 0, False
    if not LENGTH.fullmatch(length):
        raise Refusal(400, "Content-Length is no number")
    return int(length), False


def _check_coding(coding: str, is_old: bool) -> None:
    if is_old:
        raise Refusal(400, "HTTP/1.0 knows no Transfer-Encoding")
    if coding.lower() != "chunked":
        raise Refusal(501, "of the transfer codings only chunked is known")


def _keeps_alive(connection: str, is_old: bool) -> bool:
    if not connection:
        return not is_old
    wishes = {wish.strip(" \t").lower() for wish in connection.split(",")}
    return "close" not in wishes and (not is_old or "keep-alive" in wishes)
