"""How time goes by in a sandbox of the model: cases move on, webhooks are born and tried."""

import copy
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from tests.machine.words import (
    APPROVALS,
    CHECK_TEXTS,
    OUTCOMES,
    State,
    aplyid_case,
    compact,
    merged,
    sphinxhq_case,
    told,
)

BATCH = 16  # attempts made side by side
EVENT = "case.completed"
# What a receiver answers, by the mood it is in; None: nobody listens.
MOODS = {"up": 200, "slow": 200, "failing": 500, "gone": 410, "busy": 429, "down": None}
RETRY_AFTER = 100  # seconds, which the busy one asks for
WEBHOOK_FAULTS = {"drop", "duplicate", "delay", "extra_fields", "changed_body", "unknown_event"}


class Timeline:
    """One sandbox; `state` is all that a snapshot of it holds, `sent` what reached a receiver since anybody looked."""

    def __init__(self, name: str, moods: Mapping[str, str]) -> None:
        self.name = name
        self.moods = moods  # of the receivers, by host and port
        self.address = ""  # of the emulator
        self.state: State = {}
        self.sent: list[State] = []

    @property
    def now(self) -> datetime:
        moment: datetime = self.state["now"]
        return moment

    def run(self, until: datetime) -> list[State]:
        """Let all happen that is due until then, in order; say what happened."""
        happened: list[State] = []
        while (due := self.next_due()) is not None and due <= until:
            self.state["now"] = max(self.now, due)
            for case in sorted(self._due(self.state["cases"]), key=lambda c: (c["due"], c["id"])):
                happened += self._step(case)
            waiting = sorted(self._due(self.state["deliveries"]), key=lambda d: (d["due"], d["position"]))
            happened += [self._attempt(delivery) for delivery in waiting[:BATCH]]
        self.state["now"] = max(self.now, until)
        return happened

    def next_due(self) -> datetime | None:
        """When the next thing falls due."""
        rows = [*self.state["cases"].values(), *self.state["deliveries"].values()]
        return min((row["due"] for row in rows if row["due"]), default=None)

    def _due(self, rows: Mapping[Any, State]) -> list[State]:
        return [row for row in rows.values() if row["due"] and row["due"] <= self.now]

    def _step(self, case: State) -> list[State]:
        if case["state"] != "open":
            return self.finish(case)
        case.update(state="processing", due=case["finish"], updated=self.now)
        return [self._moved(case)]

    def _moved(self, case: State) -> State:
        told_of = {name: case[name] for name in ("provider", "outcome", "rule")}
        is_sphinx = case["provider"] == "sphinxhq"
        if case["state"] == "failed":
            told_of["outcome_word"] = "ERROR" if is_sphinx else None
        elif case["state"] == "completed":
            told_of["outcome_word"] = (OUTCOMES if is_sphinx else APPROVALS)[case["outcome"]]
        return {"at": told(self.now), "kind": f"case_{case['state']}", "case_id": case["id"], **told_of}

    def finish(self, case: State, faults: tuple[str, ...] = (), risk: float | None = None) -> list[State]:
        """End a case as its verdict says, and let its webhook be born; `risk` is what somebody orders it to be."""
        failed = case["failed"]
        case.update(state="failed" if failed else "completed", outcome=case["ending"], due=None, updated=self.now)
        if case["provider"] == "sphinxhq":
            for check in case["checks"]:
                check.update(state=case["state"], updated=self.now)
            case.update(drawn=not failed, ordered=risk)
        post = self._post(case, faults)
        if case["days"] == 0 and all(sent["due"] is None for sent in post):
            case["expires"] = self.now
        return [self._moved(case), *(self._kept(sent) for sent in post if sent["state"] == "inbox")]

    def _kept(self, delivery: State) -> State:
        provider, case_id, number = delivery["key"]
        what = {"provider": provider, "case_id": case_id, "copy": number}
        return {"at": told(self.now), "kind": "webhook_kept", **what}

    def _post(self, case: State, faults: tuple[str, ...]) -> list[State]:
        client = self.state["clients"][case["provider"], case["client"]]
        if case["provider"] == "sphinxhq":
            url, body = case["webhook_url"] or None, sphinxhq_case(case, client)
        elif (case["external_id"] or "").strip():
            url = self.state["settings"]["webhook_url"]
            body = aplyid_case(case, client, self.address, self.name, ended=True)
        else:
            return []
        post = [self._letter(case, url, copy.deepcopy(body), list(faults))]
        path = urlsplit(url).path if url else None
        for fault in self.strikes(WEBHOOK_FAULTS, case["provider"], path, None):
            post = _befall(fault, post)
            for sent in post:
                sent["faults"].append(f"{fault['kind']} ({fault['id']})")
        for sent in post:
            sent["position"] = self._next_position()
            self.state["deliveries"][sent["key"]] = sent
        return post

    def _letter(self, case: State, url: str | None, body: State, faults: list[str]) -> State:
        return {
            "key": (case["provider"], case["id"], 0),
            "event": EVENT,
            "url": url,
            "body": body,  # what is drawn is filled in when somebody looks
            "changes": [],
            "bytes": None,
            "state": "scheduled" if url else "inbox",
            "reason": None,
            "created": self.now,
            "due": self.now if url else None,
            "kept": None if url else self.now,
            "attempts": [],
            "tries": 0,
            "faults": faults,
        }

    def _next_position(self) -> int:
        return max((delivery["position"] for delivery in self.state["deliveries"].values()), default=0) + 1

    def strikes(
        self, kinds: set[str], provider: str, path: str | None, document: Any, *, one: bool = False
    ) -> list[State]:
        """The faults that strike now, which uses them up; with `one` only the first."""
        hits: list[State] = []
        for fault in list(self.state["faults"]):
            if fault["kind"] not in kinds or (one and hits) or not fits(fault, provider, path, document):
                continue
            hits.append(fault)
            fault["seen"] += 1
            if fault["times"] is not None:
                fault["times"] -= 1
                if not fault["times"]:
                    self.state["faults"].remove(fault)
        return hits

    def _attempt(self, delivery: State) -> State:
        delivery["tries"] += 1
        if delivery["url"] is None:
            self._settle(delivery, "inbox", None)
            return self._kept(delivery)
        target = urlsplit(delivery["url"]).netloc
        mood = self.moods.get(target)
        status = MOODS[mood] if mood else None
        delivery["attempts"].append({"number": delivery["tries"], "at": self.now, "status": status})
        if mood and mood != "down":
            self.sent.append(delivery)
        wait = None if mood is None or status in (200, 410) else self._wait(delivery["tries"], status)
        if wait is not None:
            delivery.update(state="scheduled", due=self.now + wait, reason="error")
        else:
            state = "blocked" if mood is None else "delivered" if status == 200 else "failed"
            self._settle(delivery, state, {"delivered": None}.get(state, "error"))
        return self._tried(delivery, status)

    def _wait(self, tries: int, status: int | None) -> timedelta | None:
        waits = self.state["settings"]["retry"]
        if tries > len(waits):
            return None
        return timedelta(seconds=RETRY_AFTER if status == 429 else waits[tries - 1])

    def _settle(self, delivery: State, state: str, reason: str | None) -> None:
        delivery.update(state=state, due=None, reason=reason)
        if state in ("inbox", "blocked"):
            delivery.update(position=self._next_position(), kept=self.now)
        case = self.state["cases"][delivery["key"][:2]]
        if case["days"] == 0 and not case["expires"]:
            case["expires"] = self.now

    def _tried(self, delivery: State, status: int | None) -> State:
        what = {"attempt": delivery["tries"], "status": status, "state": delivery["state"]}
        kept = self._kept(delivery)
        return {**kept, "kind": "delivery_attempted", **what, "next_attempt_at": told(delivery["due"])}


def fits(wanted: State, provider: str, path: str | None, document: Any) -> bool:
    """Does a rule or a fault mean this? Of its comparisons only starts_with is modelled."""
    if wanted["provider"] not in (None, provider) or not (path or "").startswith(wanted["path"] or ""):
        return False
    for place, start in wanted["when"].items():
        found = document
        for step in place.split("."):
            found = found.get(step) if isinstance(found, dict) else None
        if not isinstance(found, str) or not found.startswith(start):
            return False
    return True


def _befall(fault: State, post: list[State]) -> list[State]:
    kind, said = fault["kind"], fault["settings"]
    if kind == "drop":
        for sent in post:
            sent.update(state="failed", due=None, reason="dropped", kept=None)
    elif kind == "duplicate":
        later = timedelta(seconds=said["after"])
        post = post + [_copy(post[0], len(post) + i, later * (i + 1)) for i in range(said["copies"])]
    elif kind == "delay":
        for sent in post:
            _put_off(sent, timedelta(seconds=said["seconds"]))
    elif kind == "extra_fields":
        for sent in post:
            sent["changes"].append(said["fields"])
    elif kind == "changed_body":
        changed = _copy(post[0], len(post), timedelta(seconds=said["after"]))
        changed["changes"].append(said["change"])
        post = [*post, changed]
    elif kind == "unknown_event":
        for sent in post:
            sent["event"] = said["event"]
    return post


def _copy(delivery: State, number: int, later: timedelta) -> State:
    again = copy.deepcopy(delivery)
    again["key"] = (*delivery["key"][:2], number)
    _put_off(again, later)
    return again


def _put_off(delivery: State, later: timedelta) -> None:
    if later and delivery["state"] != "failed":
        due = (delivery["due"] or delivery["created"]) + later
        delivery.update(state="scheduled", due=due, kept=None)


def fill_in(delivery: State, case: State) -> bytes:
    """The exact body, now that it is known what was drawn for its case."""
    body = delivery["body"]
    if case["provider"] == "sphinxhq":
        drawn = {check["id"]: check for check in case["checks"]}
        for check in body["checks"]:
            mine = drawn[check["id"]]
            check.update({name: mine[name] for name in ("risk_score", *CHECK_TEXTS)})
            check["outcome"] = {"approved": "ACCEPTED", "denied": "REJECTED"}.get(mine["outcome"] or "", "PENDING")
        body["risk_score"] = case["risk"]
    for change in delivery["changes"]:
        body = merged(body, change)
    return compact(body)
