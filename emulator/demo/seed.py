"""Fill an unused sandbox with three days of a company that does not exist, the same at every start.

Requests are sent and time is moved by the routes that a script would use. Nobody is dialled: planned faults keep every
webhook from being sent, and the attempts that the story tells of are written into a snapshot afterwards. What is still
to be sent then goes to the demo's own receiver.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any, NotRequired, TypedDict, cast
from urllib.parse import urlsplit

from emulator.person_files import decode
from emulator.ui.api_client import ApiClient, ApiRefusal

log = logging.getLogger("emulator.demo")
CANNOT_STORE = (503, 507)  # statuses
USUAL = 90  # seconds from creation to end
WAITS = (5, 30, 120, 600, 3600)  # seconds between attempts, as in the standard retry profile


class NotStored(Exception):
    """The store takes no case; the text says why."""


class StoryCase(TypedDict):
    """One request of the story; it opens a case that `ends` so, or it is `refused` with that status.

    `webhook` has an attempt an item: the status or "error", the reason of an error, and the milliseconds it took.
    """

    provider: str
    at: str
    body: dict[str, object]
    current: NotRequired[bool]  # asked in the current generation of its API
    ends: NotRequired[str]
    takes: NotRequired[float]
    refused: NotRequired[int]
    webhook: NotRequired[list[list[Any]]]


class CompanyStory(TypedDict):
    """The content of fixtures/demo.yaml."""

    company: str
    starts_at: str
    ends_at: str
    faults: list[dict[str, object]]
    cases: list[StoryCase]


def read_story(receiver: str) -> CompanyStory:
    """Return the company's three days, its cases in the order of their times, with webhooks to the URL `receiver`."""
    from emulator.plain_yaml import read_yaml  # slow to import

    file = files("emulator.fixtures").joinpath("demo.yaml")
    text = decode(file.read_bytes(), file).replace("{receiver}", receiver).replace("{host}", urlsplit(receiver).netloc)
    return cast(CompanyStory, read_yaml(text, file))


def fill(api: ApiClient, name: str) -> bool:
    """Fill that sandbox and return True; return False, and leave it as it is, if it was used before.

    Raise NotStored; the sandbox then has some of the cases.
    """
    sandbox_path = f"/sandboxes/{name}"
    receiver = api.ask("PATCH", "/receiver", {"is_on": True})["url"]
    if api.get(sandbox_path)["used"]:
        log.warning("the sandbox %s was used before: it stays as it is, without the cases of the demo", name)
        return False
    try:
        _fill(api, sandbox_path, read_story(receiver), receiver)
    except ApiRefusal as error:
        if error.status not in CANNOT_STORE:
            raise
        raise NotStored(error.detail) from error
    return True


def _fill(api: ApiClient, sandbox_path: str, story: CompanyStory, receiver: str) -> None:
    with _quiet():
        _live_through(api, sandbox_path, story, receiver)
    # The journal keeps the requests, which are part of the story.
    api.ask(
        "POST",
        f"{sandbox_path}/restore",
        _with_webhooks(api.get(f"{sandbox_path}/snapshot"), story),
        {"journal": "keep"},
    )
    opened = sum("ends" in case for case in story["cases"])
    log.info("the sandbox has %s cases of %s, a company that does not exist", opened, story["company"])


@contextmanager
def _quiet() -> Iterator[None]:
    """Log only what goes wrong: forty lines of cases that fail as intended would hide where the pages are."""
    loggers = [logging.getLogger(f"emulator.{name}") for name in ("requests", "cases", "webhooks")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


def _live_through(api: ApiClient, sandbox_path: str, story: CompanyStory, receiver: str) -> None:
    now = datetime.fromisoformat(story["starts_at"])
    api.ask("PATCH", f"{sandbox_path}/clock", {"mode": "frozen", "at": story["starts_at"]})
    api.ask("PATCH", sandbox_path, {"webhook_url": receiver})
    for fault in story["faults"]:
        api.ask("POST", f"{sandbox_path}/faults", fault)
    for case in story["cases"]:
        now = _advance(api, sandbox_path, now, case["at"])
        _open(api, sandbox_path, case)
    _advance(api, sandbox_path, now, story["ends_at"])


def _advance(api: ApiClient, sandbox_path: str, now: datetime, until: str) -> datetime:
    moment = datetime.fromisoformat(until)
    api.ask("POST", f"{sandbox_path}/clock/advance", {"seconds": (moment - now).total_seconds()})
    return moment


def _open(api: ApiClient, sandbox_path: str, case: StoryCase) -> None:
    api.ask("PATCH", sandbox_path, {"delay": case.get("takes", USUAL)})
    order = {"body": case["body"], "current": case.get("current", False)} | (
        {"outcome": case["ends"]} if "ends" in case else {}
    )
    sent = api.ask("POST", f"{sandbox_path}/samples/{case['provider']}", order)
    if sent["status"] in CANNOT_STORE:
        api.get("/readyz")  # says why, while it is so
        raise ApiRefusal(sent["status"], "there is no room for them", sent["answer"])
    if sent["status"] != (201 if "ends" in case else case["refused"]):
        raise ValueError(f"a request of the demo was answered {sent['status']}: {sent['answer']}")


def _with_webhooks(snapshot: Mapping[str, Any], story: CompanyStory) -> dict[str, Any]:
    """Return the snapshot with the attempts that the story tells of, and with a clock that runs on from its end."""
    changed: dict[str, Any] = {**snapshot}
    cases = _by_id(changed, story)
    changed["clock"] = {"at": story["ends_at"], "factor": 1}
    changed["settings"] = {}
    _date_first_rows(changed, story["starts_at"])
    changed["attempts"] = []
    for delivery in changed["deliveries"]:
        case = cases[delivery["provider"], delivery["case_id"]]
        if "webhook" in case:
            changed["attempts"] += _deliver(delivery, case["webhook"])
        elif delivery["state"] == "blocked":
            attempt = _attempt(delivery, 1, delivery["created_at"], ["error", delivery["reason"], 0.1])
            changed["attempts"].append(attempt)
    return changed


def _date_first_rows(snapshot: Mapping[str, Any], moment: str) -> None:
    """Date what every new sandbox holds at the start of the story: it was made at the time of the wall clock."""
    used = {(case["provider"], case["client_id"]) for case in snapshot["cases"]}
    for client in snapshot["clients"]:
        if (client["provider"], client["id"]) not in used:
            client |= {"created_at": moment, "updated_at": moment}
    for document in snapshot["documents"]:
        document |= {"created_at": moment, "updated_at": moment}


def _by_id(snapshot: Mapping[str, Any], story: CompanyStory) -> dict[tuple[str, int], StoryCase]:
    """Return the cases of the story by provider and id: ids follow the order of the requests."""
    by_id: dict[tuple[str, int], StoryCase] = {}
    for provider in {case["provider"] for case in story["cases"]}:
        ids = sorted(case["id"] for case in snapshot["cases"] if case["provider"] == provider)
        opened = [case for case in story["cases"] if case["provider"] == provider and "ends" in case]
        by_id |= {(provider, case_id): case for case_id, case in zip(ids, opened, strict=True)}
    return by_id


def _deliver(delivery: dict[str, Any], attempts: list[list[Any]]) -> list[dict[str, object]]:
    """Return the rows of a delivery's attempts, and change the delivery to what the last of them makes of it."""
    at = datetime.fromisoformat(delivery["created_at"])
    rows: list[dict[str, object]] = []
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


def _attempt(delivery: Mapping[str, Any], number: int, ended_at: str, attempt: list[Any]) -> dict[str, object]:
    status = attempt[0] if attempt[0] != "error" else None
    error = attempt[1] if status is None else None if status < 300 else f"the receiver answered {status}"
    row = {"delivery_id": delivery["id"], "number": number, "ended_at": ended_at, "took": int(attempt[-1] * 1000)}
    answer: dict[str, object] = {"answer": "ok" if status and status < 300 else "", "answer_headers": {}}
    return {**row, "status": status, "error": error, **answer}
