"""The feed: how to send a request, and what became of those that were sent, newest on top."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Response, request

from emulator.ui import phrases
from emulator.ui.api_client import ApiClient, ApiRefusal, part
from emulator.ui.curl_commands import curl
from emulator.ui.page import show as show_page
from emulator.ui.redirects import done
from emulator.ui.sandbox_links import sandbox_path

SHOWN = 60  # rows
REFUSED = "refused"
STATES = ("waiting", "in_progress", "completed", "failed", "cancelled")  # of cases, by which the feed can be filtered
Row = dict[str, Any]


def show(api: ApiClient) -> Response:
    """Render the feed, or for a poll only its live part."""
    providers = api.get(f"{sandbox_path()}/providers")
    typed = {name: request.args.get(name, "").strip()[:200] for name in ("search", "state")}
    values = _values(api, providers, typed)
    return show_page(api, "feed.html", "Feed", "feed_live.html", values, **providers)


def send_sample(api: ApiClient, provider: str) -> Response:
    """Send a sample request of made-up people; if the form says so, its case waits for its applicant."""
    order = {"outcome": "stuck"} if request.form.get("waits") else {}
    sent = api.ask("POST", f"{sandbox_path()}/samples/{part(provider)}", order)
    if sent["status"] == 201:
        body = json.dumps(sent["body"], ensure_ascii=False)
        return done("A sample case was sent.", curl=curl(sent["method"], sent["url"], sent["headers"], body))
    why = f"a planned fault answered {sent['status']}" if sent["status"] else "a planned fault cut the connection"
    raise ApiRefusal(409, f"the sample was not accepted: {why}, or the key has expired", sent)


def _values(api: ApiClient, providers: Mapping[str, Any], typed: Mapping[str, str]) -> dict[str, object]:
    """Return what the live part of the page shows."""
    cases = _cases(api, typed)
    sent = api.get(f"{sandbox_path()}/requests", limit=2 * SHOWN, method="POST")["requests"]
    refused = _refused(api, typed)
    counts = api.get(f"{sandbox_path()}/counts")
    rows = list(_rows(cases["cases"], sent, refused))[:SHOWN]
    shown = sum(1 for row in rows if "case" in row)
    return {
        "rows": rows,
        "typed": typed,
        "is_filtered": any(typed.values()),
        "now": api.get(f"{sandbox_path()}/clock")["now"],
        "titles": {provider["name"]: provider["title"] for provider in providers["providers"]},
        "counters": _counters(counts, len(_newest_refused(api)) if any(typed.values()) else len(refused)),
        "fits": _fits(cases["count"], len(refused), typed) if typed["search"] else None,
        "shown": shown,
        "many": cases["count"],
        "reached": providers,
    }


def _cases(api: ApiClient, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the newest cases that fit what was typed, each with its newest webhook."""
    if typed["state"] == REFUSED:
        return {"count": 0, "cases": []}
    filters = {"search": typed["search"] or None, "state": typed["state"] if typed["state"] in STATES else None}
    path = f"{sandbox_path()}/cases"
    found: dict[str, Any] = api.get(path, limit=SHOWN, archived="false", webhooks="true", **filters)
    return found


def _refused(api: ApiClient, typed: Mapping[str, str]) -> list[Row]:
    """Return the newest refused requests, oldest first: those with the text in path, body or answer."""
    if typed["state"] in STATES:
        return []
    text = typed["search"].lower()
    return [exchange for exchange in _newest_refused(api) if text in _text_of(exchange).lower()]


def _newest_refused(api: ApiClient) -> list[Row]:
    found: list[Row] = api.get(f"{sandbox_path()}/requests", limit=SHOWN, refused="true")["requests"]
    return found


def _text_of(exchange: Row) -> str:
    return f"{exchange['path']} {exchange['body'] or ''} {exchange['answer']['body']}"


def _fits(cases: int, refused: int, typed: Mapping[str, str]) -> str:
    """Return how many cases and refused requests fit a search; those that the filter leaves out are not named."""
    parts = [] if typed["state"] == REFUSED else [phrases.count(cases, "case")]
    parts += [] if typed["state"] in STATES else [phrases.count(refused, "refused request")]
    return f"{' and '.join(parts)} with “{typed['search']}”"


def _counters(counts: Mapping[str, Any], refused: int) -> list[dict[str, object]]:
    """Return the numbers above the rows with their words and what each leads to: a filter, or a list of webhooks.

    Those that are zero are left out, but for cases.
    """
    cases = _case_counters(Counter(counts["cases"]), refused)
    webhooks = _webhook_counters(Counter(counts["deliveries"]))
    found: list[tuple[int, str, str | None, str | None]] = [(*each, None) for each in cases]
    found += [(many, word, None, state) for many, word, state in webhooks]
    return [
        {"many": many, "word": word, "state": state, "webhooks": of_webhooks}
        for many, word, state, of_webhooks in found
        if many or state == ""
    ]


def _case_counters(cases: Counter[str], refused: int) -> list[tuple[int, str, str]]:
    """Return how many there are, in which word, by the state that the feed is filtered by."""
    return [
        (cases.total(), "case" if cases.total() == 1 else "cases", ""),
        (cases["open"] + cases["processing"], "in progress", "in_progress"),
        (cases["waiting"], "not started", "waiting"),
        (cases["completed"], "completed", "completed"),
        (cases["failed"], "failed", "failed"),
        (cases["cancelled"], "cancelled", "cancelled"),
        (refused, "refused lately", REFUSED),
    ]


def _webhook_counters(webhooks: Counter[str]) -> list[tuple[int, str, str]]:
    """Return how many there are, in which word, by the state that the list of webhooks is filtered by."""
    return [
        (
            webhooks["delivered"],
            "webhook delivered" if webhooks["delivered"] == 1 else "webhooks delivered",
            "delivered",
        ),
        (webhooks["scheduled"] + webhooks["in_flight"], "on the way", "waiting"),
        (webhooks["inbox"] + webhooks["blocked"], "in the inbox", "kept"),
        (webhooks["failed"], "given up", "failed"),
    ]


def _rows(cases: list[Row], sent: list[Row], refused: list[Row]) -> Iterator[Row]:
    """Yield cases and refused requests, newest first.

    They are ordered by the numbers of the journal: its times are by the wall clock, those of cases by the sandbox's.
    """
    numbers = {(e["provider"], e["case_id"]): e["number"] for e in sent if e["case_id"] is not None}
    refused = refused[::-1]
    # Cases the journal no longer has stay in their order by time, which many share if the clock stands still.
    for case in sorted(cases, key=lambda c: numbers.get((c["provider"], c["id"]), 0), reverse=True):
        key = case["provider"], case["id"]
        while refused and refused[0]["number"] > numbers.get(key, 0):
            yield _refusal(refused.pop(0))
        yield {"case": case, "webhook": case["webhook"]}
    yield from (_refusal(exchange) for exchange in refused)


def _refusal(exchange: Row) -> Row:
    return {"refused": exchange, "why": phrases.refusal(exchange)}
