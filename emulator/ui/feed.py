"""The feed: how to send a request, and what became of those that were sent, newest on top."""

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
DELIVERIES = 200  # the newest webhooks, in which those of the rows are looked up
Row = dict[str, Any]


def show(api: ApiClient) -> Response:
    """Render the feed, or for a poll only its live part."""
    providers = api.get(f"{sandbox_path()}/providers")
    return show_page(api, "feed.html", "Feed", "feed_live.html", _values(api, providers), **providers)


def send_sample(api: ApiClient, provider: str) -> Response:
    """Send a sample request of made-up people; if the form says so, its case waits for its applicant."""
    order = {"outcome": "stuck"} if request.form.get("waits") else {}
    sent = api.ask("POST", f"{sandbox_path()}/samples/{part(provider)}", order)
    if sent["status"] == 201:
        body = json.dumps(sent["body"], ensure_ascii=False)
        return done("A sample case was sent.", curl=curl(sent["method"], sent["url"], sent["headers"], body))
    why = f"a planned fault answered {sent['status']}" if sent["status"] else "a planned fault cut the connection"
    raise ApiRefusal(409, f"the sample was not accepted: {why}, or the key has expired", sent)


def _values(api: ApiClient, providers: Mapping[str, Any]) -> dict[str, object]:
    """Return what the live part of the page shows."""
    cases = api.get(f"{sandbox_path()}/cases", limit=SHOWN, archived="false")
    sent = api.get(f"{sandbox_path()}/requests", limit=2 * SHOWN, method="POST")["requests"]
    refused = api.get(f"{sandbox_path()}/requests", limit=SHOWN, refused="true")["requests"]
    deliveries = api.get(f"{sandbox_path()}/deliveries", limit=DELIVERIES)["deliveries"]
    counts = api.get(f"{sandbox_path()}/counts")
    rows = list(_rows(cases["cases"], sent, refused, deliveries))[:SHOWN]
    shown = sum(1 for row in rows if "case" in row)
    return {
        "rows": rows,
        "now": api.get(f"{sandbox_path()}/clock")["now"],
        "titles": {provider["name"]: provider["title"] for provider in providers["providers"]},
        "counters": _counters(counts, len(rows) - shown),
        "shown": shown,
        "many": cases["count"],
        "reached": providers,
    }


def _counters(counts: Mapping[str, Any], refused: int) -> list[tuple[int, str]]:
    """Return the numbers above the rows with their words; those that are zero are left out, but for cases."""
    cases, webhooks = counts["cases"], counts["deliveries"]
    waiting = webhooks.get("scheduled", 0) + webhooks.get("in_flight", 0)
    kept = webhooks.get("inbox", 0) + webhooks.get("blocked", 0)
    counters = [
        (sum(cases.values()), "cases"),
        (cases.get("open", 0) + cases.get("processing", 0), "in progress"),
        (cases.get("waiting", 0), "not started"),
        (webhooks.get("delivered", 0), "webhooks delivered"),
        (waiting, "on their way"),
        (kept, "in the inbox"),
        (webhooks.get("failed", 0), "given up"),
        (refused, "refused lately"),
    ]
    return [(number, word) for number, word in counters if number or word == "cases"]


def _rows(cases: list[Row], sent: list[Row], refused: list[Row], deliveries: list[Row]) -> Iterator[Row]:
    """Yield cases and refused requests, newest first.

    They are ordered by the numbers of the journal: its times are by the wall clock, those of cases by the sandbox's.
    """
    numbers = {(e["provider"], e["case_id"]): e["number"] for e in sent if e["case_id"] is not None}
    webhooks = {(delivery["provider"], delivery["case_id"]): delivery for delivery in deliveries}
    refused = refused[::-1]
    # Cases the journal no longer has stay in their order by time, which many share if the clock stands still.
    for case in sorted(cases, key=lambda c: numbers.get((c["provider"], c["id"]), 0), reverse=True):
        key = case["provider"], case["id"]
        while refused and refused[0]["number"] > numbers.get(key, 0):
            yield {"refused": refused.pop(0)}
        yield {"case": case, "webhook": webhooks.get(key)}
    yield from ({"refused": exchange} for exchange in refused)
