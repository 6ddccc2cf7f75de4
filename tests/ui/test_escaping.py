"""Whatever is stored is shown as text: sixty payloads through every field that a page shows."""

from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from playwright.sync_api import Page
from requests import Response

from tests.emulators import Emulator
from tests.receivers import Reply, receiving
from tests.ui.payloads import PAYLOADS
from tests.ui.reading import open_page, place, read, submit
from tests.ui.windows import Opener
from tests.wire import request_bytes

# Every page with a list, and how many payloads it shows at once: sixty rows, or all there are.
LISTS = {"/": 10, "/requests": 10, "/requests?direction=both": 10, "/inbox": 30, "/inbox?show=all": 30}
LISTS |= dict.fromkeys(["/planning", "/sandboxes"], len(PAYLOADS))
TOGETHER = min(LISTS.values())
AFTER_THE_FIRST = range(TOGETHER, len(PAYLOADS), TOGETHER)
OURS = {"htmx.min.js", "idiomorph-ext.min.js", "keys.js", "page.js"}
ADDRESS = {"country_code": "NZL", "postcode": "1021"}
FORBIDDEN = {
    "iframe",
    "object",
    "embed",
    "base",
    "style",
    "math",
    "video",
    "audio",
    "img",
    "marquee",
    "source",
    "animate",
}


def poison(emulator: Emulator, payload: str) -> None:
    """The payload in every field of both APIs and of the control API that takes any text."""
    unknown = {payload: payload}
    emulator.control("POST", "outcomes/next", {"outcome": "stuck"})
    for _ in ("waits for its applicant", "ends"):
        emulator.aplyid.create(
            activity__name=payload[:50],
            activity__nature=payload,
            activity__external_id=payload,
            client__name=payload[:50],
            client__external_id=payload,
            client__clientable_attributes={"firstname": payload, "lastname": payload},
            activity__address_attributes={**ADDRESS, "address_line_1": payload, "state": payload},
            unknown=unknown,
        )
    emulator.aplyid.create(client__email=payload)
    emulator.sphinxhq.post(
        {
            "customer": {"full_name": payload[:255], "external_id": payload[:255], **unknown},
            "notes": payload,
            "checks": [{"check_type": "PEP"}],
            **unknown,
        }
    )
    emulator.sphinxhq.create(customer=payload)
    emulator.control("POST", "outcomes/rules", {"when": {payload: payload}, "outcome": "denied"})
    fault = {"kind": "status", "status": 503, "body": payload, "path": f"/never{payload}", "when": {payload: payload}}
    emulator.control("POST", "faults", fault)
    emulator.control("POST", "faults", {"kind": "unknown_event", "event": payload, "path": f"/never{payload}"})


@pytest.mark.parametrize("first", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in AFTER_THE_FIRST)])
def test_no_payload_becomes_an_element_or_an_attribute(emulator: Emulator, first: int) -> None:
    for payload in PAYLOADS[first : first + TOGETHER]:
        poison(emulator, payload)
    emulator.control("POST", "clock/settle", {})
    for path in LISTS:
        check(open_page(emulator, path), path)
    feed = read(open_page(emulator, "/")).text
    assert [payload for payload in PAYLOADS[first : first + TOGETHER] if payload[:50].strip() not in feed] == []
    for path in [*exchanges(emulator), *(path for case in cases(emulator) for path in paths_of(case))]:
        check(open_page(emulator, path), path)


def cases(emulator: Emulator) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = emulator.control("GET", "cases").json()["cases"]
    assert len(found) >= 2
    return found


def exchanges(emulator: Emulator, query: str = "") -> list[str]:
    """The pages of its requests."""
    found = emulator.control("GET", f"requests?limit=500&{query}").json()["requests"]
    return [f"/requests/{exchange['number']}" for exchange in found]


def paths_of(case: dict[str, Any]) -> list[str]:
    """The pages of a case: the developer's, the analyst's, and those of the applicant while it waits for him."""
    own = [f"/{page}/{case['provider']}/{case['id']}" for page in ("cases", "analyst")]
    if case["link"] is None:
        return own
    walk = f"/guided_flows/{case['link'].partition('/guided_flows/')[2].partition('?')[0]}"
    screens = range(1, 7) if case["state"] == "open" else range(1, 2)  # one that has ended has one screen for all
    return [*own, f"{walk}/overview", *(f"{walk}?position={number}" for number in screens)]


def check(answer: Response, path: str) -> None:
    page = read(answer)
    for tag, attributes in page.elements:
        assert tag not in FORBIDDEN, (path, tag)
        assert not [name for name in attributes if name.startswith(("on", "hx-on", "data-hx"))], path
        assert tag != "script" or str(attributes.get("src")).split("/")[-1].split("?")[0] in OURS, path
        assert tag != "meta" or attributes.get("http-equiv") is None
        for name in ("href", "src", "action", "formaction"):
            assert "javascript:" not in (attributes.get(name) or "").lower(), (path, attributes)
    assert str(7777 * 7777) not in page.text, path


@pytest.mark.slow
@pytest.mark.parametrize("field", ["outcome", "when_field", "provider", "times", "delay"])
def test_what_a_refused_form_keeps_is_text(emulator: Emulator, field: str) -> None:
    for payload in PAYLOADS[:30]:
        for path in ("/planning/rules", "/planning/next", "/planning/faults/status"):
            fields: dict[str, Any] = {field: payload}
            check(submit(emulator, path, **fields), path)
        check(open_page(emulator, f"/requests?{field}=x&path={payload}&status={payload}"), "/requests")


def test_nothing_runs_in_a_real_browser(emulator: Emulator, window: Opener) -> None:
    page = window()
    with receiving(answering(PAYLOADS[0] + PAYLOADS[10])) as receiver:
        emulator.control("PATCH", "", {"webhook_url": f"{receiver.url}/{PAYLOADS[18]}".replace(" ", "")})
        for number, payload in enumerate(PAYLOADS):
            poison(emulator, payload)
            headers = {"User-Agent": payload.replace("\n", ""), "X-Workflow-Access-Key": f"test_{emulator.sandbox}"}
            emulator.raw(request_bytes("GET", "/integrations/core/nothing", headers))
            for path in due(number + 1):
                nothing_runs(page, emulator, path)
    for number in range(len(PAYLOADS)):
        waiting = emulator.control("GET", f"cases/aplyid/{1024 + 2 * number}").json()
        pages = paths_of(waiting)
        assert len(pages) == 9
        nothing_runs(page, emulator, pages[number % len(pages)])  # each of its pages with another payload
    for path in exchanges(emulator, "refused=true")[::10]:
        nothing_runs(page, emulator, path)


def due(many: int) -> list[str]:
    """The lists to look at after so many payloads, so that each was on each of them."""
    return [path for path, at_once in LISTS.items() if many % at_once == 0 or many == len(PAYLOADS)]


def nothing_runs(page: Page, emulator: Emulator, path: str) -> None:
    """Open the page and everything that can be opened or focused in it."""
    page.goto(place(emulator, path))
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
    page.evaluate("document.querySelectorAll('[tabindex], input, a').forEach((part) => part.focus())")
    assert page.evaluate("window.struck") is None, path


def answering(text: str) -> Reply:
    """A receiver's answer with that body."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        body = text.encode()
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply
