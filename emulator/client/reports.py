"""What a sandbox saw, as text for the report of a failed test."""

from typing import Any

from emulator.client.handle import CaseEmulator

LONGEST = 500  # characters of a body
NOTHING = "none"


def report_requests(handle: CaseEmulator) -> str:
    """The latest requests, one a line, with what a refused one would have needed."""
    needed = {missed["number"]: missed["needed"] for missed in handle.requests.near_misses()}
    found = handle.requests.find()[-20:]
    return "\n".join(_request(each, needed.get(each["number"], [])) for each in found) or NOTHING


def _request(told: dict[str, Any], needed: list[str]) -> str:
    more = [f"rule: {told['rule']}" if told["rule"] else "", *(f"fault: {name}" for name in told["faults"])]
    more += [f"advice: {text}" for text in told["advice"]] + [f"needed: {text}" for text in needed]
    lines = [f"{told['at']}  {told['method']} {told['path']} -> {told['status']} in {told['took_ms']} ms"]
    lines += [f"    {text}" for text in more if text]
    lines += [f"    {name}: {text[:LONGEST]}" for name, text in _bodies(told) if text]
    return "\n".join(lines)


def _bodies(told: dict[str, Any]) -> list[tuple[str, str]]:
    return [("sent", told["body"] or ""), ("answered", told["answer"]["body"])]


def report_webhooks(handle: CaseEmulator) -> str:
    """Every webhook with its attempts, and what the clock reads."""
    told = [f"the sandbox's clock reads {handle.clock.now.isoformat()}"]
    for webhook in handle.webhooks.all:
        told.append(
            f"{webhook.event} of {webhook.provider} case {webhook.case_id}"
            f" ({webhook.external_id or 'no reference'}) to {webhook.url or 'the inbox'}: {webhook.state}"
        )
        told += [
            f"    attempt {made['number']} at {made['ended_at']}: {made['error'] or made['status']}"
            for made in webhook.attempts
        ]
        told.append(f"    {webhook.body.decode('utf-8', 'replace')[:LONGEST]}")
    return "\n".join(told)
