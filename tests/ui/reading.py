"""Pages as a browser without scripts would read them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import requests

from tests.emulators import Emulator

PAGES = ("/", "/inbox", "/inbox?show=all", "/requests", "/planning", "/sandboxes", "/documents", "/demo")


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
        self.text += data


def read(answer: requests.Response) -> Read:
    """What is on the page."""
    page = Read()
    page.feed(answer.text)
    page.close()
    return page
