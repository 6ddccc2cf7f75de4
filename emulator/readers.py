"""Read the value of a setting, whether it comes from a flag, a variable or a file.

Each reader raises ValueError for a wrong value, with a text that says what is needed instead.
"""

import json
import re
from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlsplit

from emulator.core.retry import parse_retry
from emulator.hosts import read_host, read_pattern
from emulator.plain_json import repeated_key
from emulator.plain_values import check_plain, check_quotes

LONGEST_DELAY = 31_536_000
BIGGEST_SEED = 2**63 - 1
DEFAULT_PORTS = {"http": 80, "https": 443}
KEY = re.compile(r"[!#-:<-\[\]-~]+")  # what a cookie may hold, and the comma, which clients send in one as well
PLAIN_PATH = re.compile(r"(/(?!\.{1,2}(/|$))[A-Za-z0-9._~!$&'()*+,;=:@-]+)*")


def read_text(value: object) -> str:
    """Return a text that is not blank, has no quotes around it and holds nothing invisible."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text is needed")
    check_plain(value)
    return value


def read_bind_address(value: object) -> str:
    """Return an address to listen on, or a name that stands for one."""
    text, percent, zone = read_text(value).strip().partition("%")
    if text == "*":
        raise ValueError("write 0.0.0.0 to listen on every address")
    pattern = read_pattern(text)
    if pattern.port is not None:
        raise ValueError(f"--port names the port: write {pattern.host}")
    if not pattern.is_one:
        raise ValueError("one address is needed, as in 127.0.0.1, or 0.0.0.0 for all of them")
    return pattern.host + percent + zone


def read_targets(value: object) -> tuple[str, ...]:
    """Return hosts that webhooks may go to, each as `read_pattern` takes it."""
    patterns = [read_pattern(text) for text in read_many(value)]
    if any(pattern.host in ("0.0.0.0", "::") for pattern in patterns):
        raise ValueError("nobody is reached there: write 127.0.0.1, or * for any host")
    return tuple(map(str, patterns))


def read_host_names(value: object) -> tuple[str, ...]:
    """Return hosts to answer to, each as `read_pattern` takes it, without `*`."""
    patterns = [read_pattern(text) for text in read_many(value)]
    if any(pattern.is_any for pattern in patterns):
        raise ValueError("* would let every page in the browser use this emulator: name each host, or *.acme.com")
    return tuple(map(str, patterns))


def read_token(value: object) -> str:
    """Return a token of printable ASCII without spaces."""
    text = read_text(value)
    if not (text.isascii() and text.isprintable()) or " " in text:  # the token is sent in a header
        raise ValueError("letters, digits and signs of ASCII are needed, without spaces")
    return text


def read_port(value: object) -> int:
    """Return a port, 0 (any free one) to 65535."""
    return read_whole(value, 0, 65535)


def read_whole(value: object, low: int, high: int) -> int:
    """Return a whole number from `low` to `high`, given as a number or in ASCII digits."""
    check_plain(value)
    text = str(value) if isinstance(value, str) or (isinstance(value, int) and value <= high) else ""
    if isinstance(value, bool) or not text.isdecimal() or not text.isascii() or not low <= int(text[:20]) <= high:
        raise ValueError(f"a whole number from {low} to {high} is needed")
    return int(text)


def read_seed(value: object) -> int:
    """Return a seed, which fits into a signed integer of 64 bits."""
    return read_whole(value, 0, BIGGEST_SEED)


def read_delay(value: object) -> timedelta:
    """Return a delay given in seconds, a year at most."""
    check_plain(value)
    try:
        if isinstance(value, timedelta):
            value = value.total_seconds()
        seconds = float(value) if not isinstance(value, bool) else float("nan")  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        seconds = float("nan")
    if not 0 <= seconds <= LONGEST_DELAY:
        raise ValueError(f"seconds are needed, from 0 to {LONGEST_DELAY}")
    return timedelta(seconds=seconds)


def read_flag(value: object) -> bool:
    """Return a truth value given as true, 1, yes or on, or as false, 0, no or off, in any case."""
    check_plain(value)
    known = {
        "true": True,
        "1": True,
        "yes": True,
        "on": True,
        "false": False,
        "0": False,
        "no": False,
        "off": False,
    }
    flag = known.get(str(value).lower())
    if flag is None:
        raise ValueError("true or false is needed")
    return flag


def read_url(value: object, example: str = "http://localhost:3000/webhooks") -> str:
    """Return a URL of http or https without user and password, as a webhook's receiver has; `example` is for errors."""
    text = read_text(value)
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or set(text) & set(" \\"):
        raise ValueError(f"a URL like {example} is needed")
    if parts.username is not None:
        raise ValueError("a URL without user and password is needed")
    if parts.port is not None and parts.port == 0:
        raise ValueError("a port from 1 to 65535 is needed")
    read_host(parts.hostname)
    return text


def read_public_url(value: object) -> str:
    """Return a URL without query and fragment, and without a slash at its end."""
    text = read_url(value, "http://localhost:8642").rstrip("/")
    if "?" in text or "#" in text:
        raise ValueError("a URL without ? and # is needed")
    if not (text.isascii() and PLAIN_PATH.fullmatch(urlsplit(text).path)):
        raise ValueError("a URL of ASCII without //, . and .. in its path is needed, like http://localhost:8080/kyc")
    return text


def read_retry(value: object) -> str:
    """Return a retry profile as text, from a name or from a list of delays."""
    check_plain(value)
    text = ",".join(map(str, value)) if isinstance(value, list) else read_text(value)
    parse_retry(text)
    return text


def read_log_format(value: object) -> str:
    """Return `text` or `json`."""
    check_plain(value)
    if value not in ("text", "json"):
        raise ValueError("text or json is needed")
    return str(value)


def read_many(value: object) -> tuple[str, ...]:
    """Return several texts, given as a list or with commas between them."""
    items: Iterable[object] = read_text(value).split(",") if isinstance(value, str) else value  # type: ignore[assignment]
    if not isinstance(items, list | tuple):
        raise ValueError("a list is needed")
    return tuple(read_text(item).strip() for item in items)


def read_keys(value: object) -> tuple[str, ...]:
    """Return credentials, each of signs that a client can send in a header and in a cookie."""
    return tuple(map(_key, read_many(value)))


def _key(text: str) -> str:
    if not KEY.fullmatch(text):
        raise ValueError("letters, digits and signs of ASCII are needed, without blanks, quotes, \\ and ;")
    return text


def read_credentials(value: object) -> tuple[str, ...]:
    """Return each item, which is the name of an API and a key, as in aplyid=KEY."""
    items = read_many(value)
    for item in items:
        name, _, key = item.partition("=")
        if not name or not key:
            raise ValueError("the name of an API and a key are needed, as in aplyid=KEY")
        _key(key)
    return items


def read_origins(value: object) -> tuple[str, ...]:
    """Return origins as browsers write them, like http://localhost:3000."""
    return tuple(map(_origin, read_many(value)))


def _origin(text: str) -> str:
    if text == "*":
        raise ValueError("* would let every page in the browser use this emulator: name each origin")
    try:
        parts = urlsplit(text.lower())
        host, port = parts.hostname or "", parts.port
        read_host(host)
    except ValueError as error:
        raise ValueError("an origin like http://localhost:3000 is needed") from error
    if parts.scheme not in DEFAULT_PORTS:
        raise ValueError("an origin like http://localhost:3000 is needed")
    authority = f"[{host}]" if ":" in host else host
    origin = f"{parts.scheme}://{authority}" + (f":{port}" if port not in (None, DEFAULT_PORTS[parts.scheme]) else "")
    if text.lower() != origin:
        raise ValueError(f"browsers name an origin without path, user and usual port: did you mean {origin}?")
    return origin


def read_rules(value: object) -> tuple[str, ...]:
    """Return each outcome rule as JSON text; a file has tables, a variable one JSON object or a list of them."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list | tuple):
        raise ValueError("a list of rules is needed")
    return tuple(text for item in items for text in _rules(item))


def _rules(item: object) -> list[str]:
    try:
        if isinstance(item, str):
            check_quotes(item)  # JSON of a rule begins and ends with brackets
        read = json.loads(item) if isinstance(item, str) else item
        if isinstance(item, str) and (found := repeated_key(item)):
            raise ValueError(f"the key {found[0][:100]} stands twice in one object (line {found[1]})")
        return [json.dumps(rule, allow_nan=False) for rule in (read if isinstance(read, list) else [read])]
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"JSON is needed: {error}") from error
