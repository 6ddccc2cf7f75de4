"""Write what happened in a sandbox as text for the report of a failed test."""

from datetime import UTC, datetime

from emulator.client.handle import CaseEmulator
from emulator.client.payloads import Exchange

LONGEST = 500  # characters of a body
NOTHING = "none"


def report_requests(handle: CaseEmulator) -> str:
    """Return the latest 20 requests, each with what it would have needed if it was refused."""
    needed = {missed["number"]: missed["needed"] for missed in handle.requests.near_misses()}
    exchanges = handle.requests.find()[-20:]
    return "\n".join(_request(each, needed.get(each["number"], [])) for each in exchanges) or NOTHING


def _request(exchange: Exchange, needed: list[str]) -> str:
    lines = [
        f"{exchange['at']}  {exchange['method']} {exchange['path']} -> {exchange['status']} in {exchange['took_ms']} ms"
    ]
    notes = [("rule", exchange["rule"]), *(("fault", name) for name in exchange["faults"])]
    notes += [("advice", text) for text in exchange["advice"]] + [("needed", text) for text in needed]
    lines += [f"    {name}: {text}" for name, text in notes if text]
    bodies = [("sent", exchange["body"]), ("answered", exchange["answer"]["body"])]
    lines += [f"    {name}: {text[:LONGEST]}" for name, text in bodies if text]
    return "\n".join(lines)


def report_webhooks(handle: CaseEmulator) -> str:
    """Return the time in the sandbox, and every webhook with its attempts."""
    lines = [f"the sandbox's clock reads {_in_utc(handle.clock.now)}"]
    for webhook in handle.webhooks.all:
        lines.append(
            f"{webhook.event} of {webhook.provider} case {webhook.case_id}"
            f" ({webhook.external_id or 'no reference'}) to {webhook.url or 'the inbox'}: {webhook.state}"
        )
        lines += [
            f"    attempt {attempt['number']} at {attempt['ended_at']}: {attempt['error'] or attempt['status']}"
            for attempt in webhook.attempts
        ]
        lines.append(f"    {webhook.body.decode('utf-8', 'replace')[:LONGEST]}")
    return "\n".join(lines)


def _in_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
