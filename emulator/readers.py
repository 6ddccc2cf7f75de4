"""How the value of a setting is read, whether it comes from a flag, a variable or a file.

Each reader takes what was given and raises ValueError with the words that tell what is needed instead.
"""

import json
import re
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from emulator.core.retry import parse_retry

LONGEST_DELAY = 31_536_000
BIGGEST_SEED = 2**63 - 1
DEFAULT_PORTS = {"http": 80, "https": 443}
ORIGIN_HOST = re.compile(r"[a-z0-9_.-]+|[0-9a-f:.]+")


def read_text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text is needed")
    return value


def read_token(value: object) -> str:
    text = read_text(value)
    if not (text.isascii() and text.isprintable()) or " " in text:  # a header could not carry it as it is
        raise ValueError("letters, digits and signs of ASCII are needed, without spaces")
    return text


def read_port(value: object) -> int:
    return read_whole(value, 0, 65535)


def read_whole(value: object, low: int, high: int) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.isdecimal() or not text.isascii() or not low <= int(text[:20]) <= high:
        raise ValueError(f"a whole number from {low} to {high} is needed")
    return int(text)


def read_seed(value: object) -> int:
    return read_whole(value, 0, BIGGEST_SEED)


def read_delay(value: object) -> timedelta:
    try:
        if isinstance(value, timedelta):
            value = value.total_seconds()
        seconds = float(value) if not isinstance(value, bool) else float("nan")  # type: ignore[arg-type]
    except (TypeError, ValueError):
        seconds = float("nan")
    if not 0 <= seconds <= LONGEST_DELAY:
        raise ValueError(f"seconds are needed, from 0 to {LONGEST_DELAY}")
    return timedelta(seconds=seconds)


def read_flag(value: object) -> bool:
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
    answer = known.get(str(value).lower())
    if answer is None:
        raise ValueError("true or false is needed")
    return answer


def read_url(value: object) -> str:
    text = read_text(value)
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or set(text) & set(" \\\r\n\t"):
        raise ValueError("a URL like http://localhost:3000/webhooks is needed")
    if parts.username is not None:
        raise ValueError("a URL without user and password is needed")
    if parts.port is not None and parts.port == 0:
        raise ValueError("a port from 1 to 65535 is needed")
    return text


def read_public_url(value: object) -> str:
    text = read_url(value)
    if urlsplit(text).query or urlsplit(text).fragment:
        raise ValueError("a URL without ? and # is needed")
    return text.rstrip("/")


def read_output_file(value: object) -> Path:
    path = Path(read_text(value))
    if not path.name or path.is_dir():
        raise ValueError("a file is needed")
    return path


def read_folder(value: object) -> Path:
    return Path(read_text(value))  # whether it is there is found out at the start


def read_retry(value: object) -> str:
    text = ",".join(map(str, value)) if isinstance(value, list) else read_text(value)
    parse_retry(text)
    return text


def read_database(value: object) -> Path:
    text = read_text(value)
    scheme, found, rest = text.partition("://")
    if found and scheme != "sqlite":
        raise ValueError(f"only sqlite:///path is known, not {scheme}://")
    path = Path(rest.removeprefix("/") if found else text)
    if not path.name:
        raise ValueError("a file is needed, as in sqlite:///cases.sqlite (sqlite:////abs/olute.sqlite from the root)")
    return path


def read_log_format(value: object) -> str:
    if value not in ("text", "json"):
        raise ValueError("text or json is needed")
    return str(value)


def read_many(value: object) -> tuple[str, ...]:
    items: Iterable[object] = value.split(",") if isinstance(value, str) else value  # type: ignore[assignment]
    if not isinstance(items, list | tuple):
        raise ValueError("a list is needed")
    return tuple(read_text(item).strip() for item in items)


def read_credentials(value: object) -> tuple[str, ...]:
    """Return each item, which is the name of an API and a key, as in aplyid=KEY."""
    items = read_many(value)
    for item in items:
        name, _, key = item.partition("=")
        if not name or not key:
            raise ValueError("the name of an API and a key are needed, as in aplyid=KEY")
    return items


def read_origins(value: object) -> tuple[str, ...]:
    """Each origin as a browser names it."""
    return tuple(map(_origin, read_many(value)))


def _origin(text: str) -> str:
    if text == "*":
        raise ValueError("* would let every page in the browser use this emulator: name each origin")
    try:
        parts = urlsplit(text.lower())
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in DEFAULT_PORTS or not ORIGIN_HOST.fullmatch(host):
        raise ValueError("an origin like http://localhost:3000 is needed")
    shown = f"[{host}]" if ":" in host else host
    origin = f"{parts.scheme}://{shown}" + (f":{port}" if port not in (None, DEFAULT_PORTS[parts.scheme]) else "")
    if text.lower() != origin:
        raise ValueError(f"browsers name an origin without path, user and usual port: did you mean {origin}?")
    return origin


def read_rules(value: object) -> tuple[str, ...]:
    """Each rule as JSON text; a file has them as tables, a variable as one object or a list of them."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list | tuple):
        raise ValueError("a list of rules is needed")
    return tuple(text for item in given for text in _rules(item))


def _rules(item: object) -> list[str]:
    try:
        read = json.loads(item) if isinstance(item, str) else item
        return [json.dumps(rule) for rule in (read if isinstance(read, list) else [read])]
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError(f"JSON is needed: {error}") from error
