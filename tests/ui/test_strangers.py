"""A page of another origin, in a real browser, that wants to read this emulator, or to change something in it."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page

from tests.emulators import Emulator
from tests.ui.reading import place
from tests.ui.windows import Opener

READ = ("/", "/cases/aplyid/1024", "/requests", "/demo", "/guided_flows/standard/5567?position=1")
FORMS = {
    "/samples/aplyid": {},
    "/clock": {"order": "frozen"},
    "/cases/aplyid/1024/complete": {"field": "outcome", "word": "denied"},
    "/planning/next": {"outcome": "denied"},
    "/planning/faults/status": {"status": "503"},
    "/sandboxes/reset": {"name": "SANDBOX"},
    "/guided_flows/standard/5567?position=7": {"from": "6"},
}
ASKED = """async ([url, method, type, body]) => {
    const told = [];
    for (const mode of ["cors", "no-cors"]) {
        try {
            const headers = type ? {"Content-Type": type} : {};
            const answer = await fetch(url, {method, mode, body, headers, credentials: "include"});
            told.push(answer.type === "opaque" ? "" : await answer.text());
        } catch (error) { told.push(""); }
    }
    return told.join("");
}"""
SUBMITTED = """([action, fields]) => {
    const form = document.createElement("form");
    Object.assign(form, {action, method: "post"});
    for (const [name, value] of Object.entries(fields)) {
        const input = document.createElement("input");
        Object.assign(input, {name, value});
        form.append(input);
    }
    document.body.append(form);
    form.submit();
}"""
FRAMED = """(url) => new Promise((resolve) => {
    const frame = document.createElement("iframe");
    frame.onload = () => {
        try { resolve(frame.contentWindow.document.body.textContent); } catch (error) { resolve("kept out"); }
    };
    frame.src = url;
    document.body.append(frame);
})"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *_: object) -> None:
        pass


# Beside the emulator on 127.0.0.1 the one is another site, and the other the same site at another port.
@pytest.fixture(params=["localhost", "127.0.0.1"])
def stranger(request: pytest.FixtureRequest, tmp_path: Path, window: Opener) -> Iterator[Page]:
    """The foreign page."""
    (tmp_path / "index.html").write_text("<!doctype html><title>Not ours</title><p>Not ours.")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    page = window(watched=False)
    page.goto(f"http://{request.param}:{server.server_port}/")
    yield page
    page.goto("about:blank")
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def case(emulator: Emulator) -> None:
    """One case that waits, on a clock that stands still."""
    emulator.control("PATCH", "clock", {"mode": "frozen", "at": "2030-01-01T00:00:00Z"})
    emulator.control("POST", "outcomes/next", {"outcome": "stuck"})
    emulator.aplyid.open_case()


def seen(emulator: Emulator) -> list[object]:
    """Everything that could be changed."""
    paths = ("", "clock", "cases", "outcomes", "faults", "deliveries")
    told = [emulator.control("GET", path).json() for path in paths]
    del told[1]["ahead"]  # of a frozen clock it changes by itself
    return told


@pytest.mark.usefixtures("case")
def test_it_reads_nothing(emulator: Emulator, stranger: Page) -> None:
    control = [f"{emulator.url}/_emulator/sandboxes{path}" for path in ("", f"/{emulator.sandbox}/cases")]
    for url in [*(place(emulator, path) for path in READ), *control]:
        assert stranger.evaluate(ASKED, [url, "GET", None, None]) == "", url
        assert stranger.evaluate(FRAMED, url) == "kept out", url


@pytest.mark.usefixtures("case")
def test_it_changes_nothing_by_a_form(emulator: Emulator, stranger: Page) -> None:
    before = seen(emulator)
    for path, fields in FORMS.items():
        with stranger.expect_navigation():
            said = {name: value.replace("SANDBOX", emulator.sandbox) for name, value in fields.items()}
            stranger.evaluate(SUBMITTED, [place(emulator, path), said])
        assert "another site" in stranger.inner_text("body"), path
        stranger.go_back()
    assert seen(emulator) == before


@pytest.mark.usefixtures("case")
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded"])
def test_it_changes_nothing_by_a_script(emulator: Emulator, stranger: Page, kind: str) -> None:
    before, box = seen(emulator), f"{emulator.url}/_emulator/sandboxes/{emulator.sandbox}"
    asked = [("POST", f"{box}/{path}") for path in ("reset", "samples/aplyid", "clock/advance", "outcomes/next")]
    asked += [("PATCH", box), ("DELETE", f"{box}/faults"), ("POST", f"{emulator.url}/api/cases/")]
    asked += [("POST", place(emulator, path)) for path in ("/integrations/core/cases", "/samples/aplyid", "/clock")]
    for method, url in asked:
        body = '{"seconds": 60, "outcome": "denied", "order": "real", "customer": {"full_name": "A"}}'
        assert stranger.evaluate(ASKED, [url, method, kind, body]) == "", url
    assert seen(emulator) == before
