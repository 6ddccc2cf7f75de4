"""Fill a sandbox that nobody used with three days of a company that does not exist, the same at every start.

Requests and time go by the very routes that a script would use. Planned faults keep every webhook from being sent, and
what became of it is written into a snapshot afterwards: nobody is dialled.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from emulator.ui.api_client import ApiClient

log = logging.getLogger("emulator.demo")
USUAL = 90  # seconds from creation to end
WAITS = (5, 30, 120, 600, 3600)  # between attempts, as they are unless told otherwise


def read_story() -> dict[str, Any]:
    """The company and its cases."""
    import yaml

    text = files("emulator.fixtures").joinpath("demo.yaml").read_text("utf-8")
    story: dict[str, Any] = yaml.safe_load(text)
    return story


def fill(api: ApiClient, name: str) -> bool:
    """Fill that sandbox; False: it was used before, and stays as it is."""
    sandbox_path, story = f"/sandboxes/{name}", read_story()
    if api.get(sandbox_path)["used"]:
        log.warning("the sandbox %s was used before: it stays as it is, without the cases of the demo", name)
        return False
    webhooks = logging.getLogger("emulator.webhooks")
    before = webhooks.level
    webhooks.setLevel(logging.ERROR)  # that nobody is dialled is meant so
    try:
        _live_through(api, sandbox_path, story)
    finally:
        webhooks.setLevel(before)
    # The journal of the requests is part of the story.
    api.ask(
        "POST",
        f"{sandbox_path}/restore",
        _with_webhooks(api.get(f"{sandbox_path}/snapshot"), story),
        {"journal": "keep"},
    )
    return True


def _live_through(api: ApiClient, sandbox_path: str, story: Mapping[str, Any]) -> None:
    now = datetime.fromisoformat(story["starts_at"])
    api.ask("PATCH", f"{sandbox_path}/clock", {"mode": "frozen", "at": story["starts_at"]})
    api.ask("PATCH", sandbox_path, {"webhook_url": story["receiver"]})
    for fault in story["faults"]:
        api.ask("POST", f"{sandbox_path}/faults", fault)
    for told in story["cases"]:
        now = _advance(api, sandbox_path, now, told["at"])
        _open(api, sandbox_path, told)
    _advance(api, sandbox_path, now, story["ends_at"])


def _advance(api: ApiClient, sandbox_path: str, now: datetime, until: str) -> datetime:
    moment = datetime.fromisoformat(until)
    api.ask("POST", f"{sandbox_path}/clock/advance", {"seconds": (moment - now).total_seconds()})
    return moment


def _open(api: ApiClient, sandbox_path: str, told: Mapping[str, Any]) -> None:
    api.ask("PATCH", sandbox_path, {"delay": told.get("takes", USUAL)})
    order = {"body": told["body"]} | ({"outcome": told["ends"]} if "ends" in told else {})
    sent = api.ask("POST", f"{sandbox_path}/samples/{told['provider']}", order)
    if sent["status"] != (201 if "ends" in told else told["refused"]):
        raise ValueError(f"a request of the demo was answered {sent['status']}: {sent['answer']}")


def _with_webhooks(snapshot: Mapping[str, Any], story: Mapping[str, Any]) -> dict[str, Any]:
    """The snapshot with the clock running on, and what became of each webhook."""
    taken: dict[str, Any] = {**snapshot}
    planned = _by_case(taken, story)
    taken["clock"] = {"at": story["ends_at"], "factor": 1}
    taken["settings"] = {}
    _date_what_was_there(taken, story["starts_at"])
    taken["attempts"] = []
    for delivery in taken["deliveries"]:
        told = planned[delivery["provider"], delivery["case_id"]]
        if "webhook" in told:
            taken["attempts"] += _became(delivery, told["webhook"])
        elif delivery["state"] == "blocked":
            taken["attempts"].append(_attempt(delivery, 1, delivery["created_at"], ["error", delivery["reason"], 0.1]))
    return taken


def _date_what_was_there(taken: Mapping[str, Any], moment: str) -> None:
    """What a sandbox is born with is as old as the wall clock says; here it is as old as the story."""
    known = {(case["provider"], case["client_id"]) for case in taken["cases"]}
    for client in taken["clients"]:
        if (client["provider"], client["id"]) not in known:
            client |= {"created_at": moment, "updated_at": moment}
    for document in taken["documents"]:
        document["created_at"] = moment


def _by_case(taken: Mapping[str, Any], story: Mapping[str, Any]) -> dict[tuple[str, int], Mapping[str, Any]]:
    """What is told of each case, by its provider and id: ids run in the order of the requests."""
    planned: dict[tuple[str, int], Mapping[str, Any]] = {}
    for provider in {told["provider"] for told in story["cases"]}:
        ids = sorted(case["id"] for case in taken["cases"] if case["provider"] == provider)
        ours = [told for told in story["cases"] if told["provider"] == provider and "ends" in told]
        planned |= {(provider, number): told for number, told in zip(ids, ours, strict=True)}
    return planned


def _became(delivery: dict[str, Any], attempts: list[list[Any]]) -> list[dict[str, Any]]:
    """The attempts of a delivery, which is left as the last of them leaves it."""
    at = datetime.fromisoformat(delivery["created_at"])
    rows = []
    for number, attempt in enumerate(attempts, 1):
        ended = at + timedelta(milliseconds=attempt[-1])
        rows.append(_attempt(delivery, number, ended.isoformat(), attempt))
        at = ended + timedelta(seconds=WAITS[number - 1])
    status, error = rows[-1]["status"], rows[-1]["error"]
    state = "delivered" if error is None else "failed" if status == 410 else "scheduled"
    gone = "the receiver answered 410 Gone: it wants no more"
    delivery |= {"state": state, "attempts": len(rows), "reason": gone if status == 410 else error}
    delivery["faults"] = []
    delivery["due_at"] = at.isoformat() if state == "scheduled" else None
    return rows


def _attempt(delivery: Mapping[str, Any], number: int, ended_at: str, told: list[Any]) -> dict[str, Any]:
    status = told[0] if told[0] != "error" else None
    error = told[1] if status is None else None if status < 300 else f"the receiver answered {status}"
    row = {"delivery_id": delivery["id"], "number": number, "ended_at": ended_at, "took": int(told[-1] * 1000)}
    return {**row, "status": status, "error": error, "answer": "ok" if status and status < 300 else ""}
