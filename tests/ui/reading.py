"""Pages as a browser without scripts would read them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import requests

from tests.emulators import Emulator

STRIP = "Test data. Nothing here is real."
PAGES = ("/", "/inbox", "/inbox?state=all", "/requests", "/planning", "/sandboxes", "/documents", "/demo")


def place(emulator: Emulator, path: str) -> str:
    """The address of a page of this sandbox."""
    return f"{emulator.url}/s/{emulator.sandbox}{path}"


def open_page(emulator: Emulator, path: str, **headers: str) -> requests.Response:
    """A page, asked for as a browser does."""
    return emulator.http.get(place(emulator, path), headers={"Accept": "text/html", **headers})


def submit(emulator: Emulator, path: str, /, *, scripted: bool = True, **fields: str) -> requests.Response:
    """A form, sent by our script or by a browser alone."""
    headers = {"Accept": "text/html", **({"HX-Request": "true"} if scripted else {})}
    return emulator.http.post(place(emulator, path), data=fields, headers=headers, allow_redirects=False)


@dataclass
class Read(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data.replace("\N{NO-BREAK SPACE}", " ")  # which nobody tells from a space


def read(answer: requests.Response) -> Read:
    """What is on the page."""
    page = Read()
    page.feed(answer.text)
    page.close()
    return page


def fill(emulator: Emulator) -> None:
    """Something of every kind, on a clock that stands still."""
    emulator.control("PATCH", "", {"delay": 60})
    emulator.control("PATCH", "clock", {"mode": "frozen"})
    emulator.aplyid.open_case(client__name="Mary Denied", activity__colour="red")
    emulator.sphinxhq.open_case(checks=[{"check_type": "PEP"}, {"check_type": "IDV"}])
    emulator.control("POST", "clock/advance", {"seconds": 60})
    emulator.aplyid.open_case(client__name="Ann Open", activity__external_id="order-2")
    emulator.aplyid.create(client__name="")
    emulator.control("POST", "outcomes/rules", {"when": {"client.email": {"contains": "@x."}}, "outcome": "denied"})
    emulator.control("POST", "faults", {"kind": "latency", "seconds": 0.01, "path": "/nowhere"})
