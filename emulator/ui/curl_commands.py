"""Requests as curl commands to paste into a shell."""

from collections.abc import Mapping
from shlex import quote
from typing import Any


def curl_of(exchange: Mapping[str, Any], address: str, about: Mapping[str, Any]) -> str:
    """Return a request of the journal as a curl command, with the key, which the journal masks, of the API `about`."""
    key: Mapping[str, str] = about.get("key", {})
    if about.get("current_key", {}).keys() & exchange["headers"].keys():
        key = about["current_key"]
    own = {"host", "content-length", "connection", "user-agent", "accept-encoding", "accept", "cookie"}
    own |= {name.lower() for name in key}
    sent = {name: value for name, value in exchange["headers"].items() if name.lower() not in own and value != "***"}
    return curl(exchange["method"], address + exchange["path"], sent | dict(key), exchange["body"])


def curl(method: str, url: str, headers: Mapping[str, str], body: str | None) -> str:
    """Return a request as a curl command to paste into a shell."""
    options = [f"-H {quote(f'{name}: {value}')}" for name, value in headers.items()]
    options += [f"--data-binary {quote(body)}"] if body else []
    return " \\\n  ".join([f"curl -sS -X {method} {quote(url)}", *options])
