"""An answer that is handed on as it is reads as any other."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Response

from emulator.web.short_response import STATUS_LINES, ShortResponse

BODY, JSON = b'{"a": 1}', "application/json"
Change = Callable[[Response], object]
CHANGES: dict[str, Change] = {
    "nothing": lambda response: None,
    "another body": lambda response: response.set_data(b"another"),
    "no body": lambda response: response.set_data(b""),
    "a text": lambda response: response.set_data("t\u00e9xt"),
    "no length": lambda response: response.headers.remove("Content-Length"),
    "a wrong length": lambda response: response.headers.set("Content-Length", "9"),
    "a header twice": lambda response: response.headers.extend({"X-A": ["1", "2"]}),
    "parts": lambda response: setattr(response, "response", iter([b"a", b"b"])),
    "another status": lambda response: setattr(response, "status", "404 Elsewhere"),
}


def sent(response: Response, method: str) -> tuple[Any, ...]:
    """The status, headers and body that a server is given, and whether the response heard that it was sent."""
    seen: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], error: object = None) -> Callable[[bytes], object]:
        seen.extend((status, headers))
        return len

    answered = response({"REQUEST_METHOD": method}, start)
    body = b"".join(answered)
    getattr(answered, "close", lambda: None)()
    return *seen, body


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("status", [200, 201, 204, 301, 304, 400])
def test_it_is_sent_as_any_other(name: str, status: int) -> None:
    for method in ("GET", "POST", "HEAD"):
        usual = Response(BODY, STATUS_LINES[status], content_type=JSON)
        short = ShortResponse(BODY, status, content_type=JSON)
        for response in (usual, short):
            CHANGES[name](response)
        assert sent(short, method) == sent(usual, method)


def test_who_waits_until_it_was_sent_hears_of_it() -> None:
    heard: list[str] = []
    response = ShortResponse(BODY, 201, content_type=JSON)
    response.call_on_close(lambda: heard.append("sent"))
    sent(response, "POST")
    assert heard == ["sent"]
