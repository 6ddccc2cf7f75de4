"""The feed: what to send and where to, and what happened to what was sent, newest on top."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response, request

from emulator.ui.api_client import ApiClient, ApiRefusal, part
from emulator.ui.json_panes import curl
from emulator.ui.page import show as show_page
from emulator.ui.redirects import done
from emulator.ui.sandbox_links import sandbox_path

SHOWN = 60  # rows
DELIVERIES = 200  # the newest webhooks are looked through for what became of those rows
Row = dict[str, Any]


def show(api: ApiClient) -> Response:
    """The page, or what moves on it."""
    reached = api.get(f"{sandbox_path()}/providers")
    return show_page(api, "feed.html", "Feed", "feed_live.html", _values(api, reached), **reached)


def send_sample(api: ApiClient, provider: str) -> Response:
    """Open a case with made-up people, as a client of ours would; it may wait for its applicant."""
    order = {"outcome": "stuck"} if request.form.get("waits") else {}
    sent = api.ask("POST", f"{sandbox_path()}/samples/{part(provider)}", order)
    if sent["status"] == 201:
        body = json.dumps(sent["body"], ensure_ascii=False)
        return done("A sample case was sent.", curl=curl(sent["method"], sent["url"], sent["headers"], body))
    why = f"a planned fault answered {sent['status']}" if sent["status"] else "a planned fault cut the connection"
    raise ApiRefusal(409, f"the sample was not accepted: {why}, or the key has expired", sent)


def _values(api: ApiClient, reached: Mapping[str, Any]) -> dict[str, Any]:
    """Everything on the page that moves."""
    cases = api.get(f"{sandbox_path()}/cases", limit=SHOWN)
    sent = api.get(f"{sandbox_path()}/requests", limit=2 * SHOWN, method="POST")["requests"]
    refused = api.get(f"{sandbox_path()}/requests", limit=SHOWN, refused="true")["requests"]
    deliveries = api.get(f"{sandbox_path()}/deliveries", limit=DELIVERIES)["deliveries"]
    counts = api.get(f"{sandbox_path()}/counts")
    rows = list(_rows(cases["cases"], sent, refused, deliveries))[:SHOWN]
    shown = sum(1 for row in rows if "case" in row)
    return {
        "rows": rows,
        "now": api.get(f"{sandbox_path()}/clock")["now"],
        "titles": {provider["name"]: provider["title"] for provider in reached["providers"]},
        "counters": _counters(counts, len(rows) - shown),
        "shown": shown,
        "many": cases["count"],
        "reached": reached,
    }


def _counters(counts: Mapping[str, Any], refused: int) -> list[tuple[int, str]]:
    """What is worth a number above the rows."""
    cases, webhooks = counts["cases"], counts["deliveries"]
    waiting = webhooks.get("scheduled", 0) + webhooks.get("in_flight", 0)
    kept = webhooks.get("inbox", 0) + webhooks.get("blocked", 0)
    told = [
        (sum(cases.values()), "cases"),
        (cases.get("open", 0) + cases.get("processing", 0), "in progress"),
        (webhooks.get("delivered", 0), "webhooks delivered"),
        (waiting, "on their way"),
        (kept, "in the inbox"),
        (webhooks.get("failed", 0), "given up"),
        (refused, "refused lately"),
    ]
    return [(many, word) for many, word in told if many or word == "cases"]


def _rows(cases: list[Row], sent: list[Row], refused: list[Row], deliveries: list[Row]) -> Iterator[Row]:
    """Cases and refused requests, newest first.

    The journal says what came before what: its times are wall time and those of cases the sandbox's.
    """
    numbers = {(e["provider"], e["case_id"]): e["number"] for e in sent if e["case_id"] is not None}
    webhooks = {(delivery["provider"], delivery["case_id"]): delivery for delivery in deliveries}
    refused = refused[::-1]
    # A clock that stands still gives many cases one time; where the journal knows better, it counts.
    for case in sorted(cases, key=lambda c: numbers.get((c["provider"], c["id"]), 0), reverse=True):
        key = case["provider"], case["id"]
        while refused and refused[0]["number"] > numbers.get(key, 0):
            yield {"refused": refused.pop(0)}
        yield {"case": case, "webhook": webhooks.get(key)}
    yield from ({"refused": exchange} for exchange in refused)
