"""A sandbox as it should be: what its user asked for, and what must have come of it."""

import copy
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from tests.machine.timeline import Timeline, fits
from tests.machine.words import CHECK_TEXTS, State, aplyid_case, sphinxhq_case

SECOND = timedelta(seconds=1)
SETTINGS: State = {
    "delay": 2.0,
    "retry": (5.0, 30.0, 120.0, 600.0, 3600.0),
    "webhook_url": None,
    "default_outcome": "approved",
}
FIRST = {("aplyid", "case"): 1024, ("aplyid", "client"): 8843}
FIRST |= {("sphinxhq", "case"): 1, ("sphinxhq", "check"): 1, ("sphinxhq", "client"): 124, ("sphinxhq", "document"): 124}
SAMPLE = {"id": 123, "external_id": None, "name": "Sample Customer", "kind": "INDIVIDUAL", "until": None}
PATHS = {"aplyid": "/integrations/core/cases", "sphinxhq": "/api/cases/"}
SURNAMES: Mapping[str, State] = {
    "approved": {"outcome": "approved"},
    "denied": {"outcome": "denied"},
    "rejected": {"outcome": "denied"},
    "undecided": {"outcome": "undecided"},
    "failed": {"outcome": "undecided", "failed": True},
    "stuck": {"outcome": "approved", "ends": False},
    "slow": {"outcome": "approved", "slowness": 10},
}


class Model(Timeline):
    """One sandbox, and what its user may ask of it."""

    def reset(self, now: datetime) -> None:
        """A newborn whose clock stands at that moment."""
        self.state = {
            "now": now,
            "settings": dict(SETTINGS),
            "set": set(),
            "planned": [],
            "rules": [],
            "faults": [],
            "numbered": 0,
            "next": dict(FIRST),
            "clients": {("sphinxhq", 123): dict(SAMPLE)},
            "documents": {123: {"id": 123, "case": None}},
            "cases": {},
            "deliveries": {},
        }

    def copied(self) -> State:
        """All of it, as it is now."""
        return copy.deepcopy(self.state)

    def change(self, said: State) -> None:
        """Set how it behaves; None takes a setting back."""
        for name, value in said.items():
            self.state["settings"][name] = SETTINGS[name] if value is None else value
            (self.state["set"].discard if value is None else self.state["set"].add)(name)

    def numbered(self, letter: str) -> str:
        """The id of the next rule or fault."""
        self.state["numbered"] += 1
        return f"{letter}{self.state['numbered']}"

    def post(self, provider: str, request: State) -> tuple[int, State | None]:
        """What Create Case answers to that request, the body where it is known, and all that comes of it at once."""
        struck = self.strikes({"status"}, provider, PATHS[provider], request, one=True)
        if struck and not struck[0]["settings"]["stored"]:
            return struck[0]["settings"]["status"], None
        claim = self._client(provider, request)
        if isinstance(claim, int):
            return claim, None
        answer = self._open(provider, request, claim)
        return (struck[0]["settings"]["status"], None) if struck else (201, answer)

    def _client(self, provider: str, request: State) -> int | State:
        """The client that is meant, known or new; or with which status the request is refused."""
        asked = request.get("client" if provider == "aplyid" else "customer") or {}
        if provider == "aplyid":
            if not asked or not request.get("activity"):
                return 400
        elif "customer_id" in request:
            there = self.state["clients"].get((provider, request["customer_id"]))
            return 400 if there is None or self.is_client_gone(there) else there
        elif not asked.get("full_name"):
            return 400
        known = self._known(provider, asked.get("external_id"))
        if provider == "aplyid" and (len(request["activity"]["name"]) > 50 or not (known or "name" in asked)):
            return 422
        if provider == "sphinxhq" and any(document != 123 for document in request.get("document_ids", ())):
            return 400
        name = asked.get("full_name") or asked.get("name")
        kind = asked.get("customer_type") or asked.get("client_type")
        if known is None:
            number = self._take(provider, "client")
            known = {"id": number, "external_id": asked.get("external_id"), "name": name, "kind": kind, "until": None}
            self.state["clients"][provider, number] = known
        elif provider == "sphinxhq":  # documented: a known external id updates that customer
            known.update(name=name, kind=kind)
        return known

    def _known(self, provider: str, external_id: str | None) -> State | None:
        clients = [c for (p, _), c in self.state["clients"].items() if p == provider and not self.is_client_gone(c)]
        return next((c for c in clients if external_id and c["external_id"] == external_id), None)

    def is_client_gone(self, client: State) -> bool:
        """Are its days over, and is there no case of it any more? Only customers of Sphinx have days."""
        if client["until"] is None or client["until"] > self.now:
            return False
        cases = [case for (provider, _), case in self.state["cases"].items() if provider == "sphinxhq"]
        return not any(case["client"] == client["id"] and not self.is_gone(case) for case in cases)

    def _take(self, provider: str, kind: str) -> int:
        self.state["next"][provider, kind] += 1
        return int(self.state["next"][provider, kind]) - 1

    def _open(self, provider: str, request: State, client: State) -> State:
        verdict = self._verdict(provider, request, client["name"])
        case = {**self._case(provider, request, client), **verdict}
        delay = verdict["delay"]
        if case["status"] == "in_progress" and delay is not None:
            case.update(due=self.now + delay / 2, finish=self.now + delay)
        self.state["cases"][provider, case["id"]] = case
        if provider == "aplyid":
            answer = aplyid_case(case, client, self.address, self.name, ended=False)
        else:
            answer = sphinxhq_case(case, client)
        if case["due"]:
            early = self.strikes({"early"}, provider, None, request)
            if early:
                self.finish(case, faults=tuple(f"{fault['kind']} ({fault['id']})" for fault in early))
        return answer

    def _case(self, provider: str, request: State, client: State) -> State:
        activity = request.get("activity", {})
        status = activity.get("status", "in_progress")
        days = request.get("delete_after", -1)
        return {
            "provider": provider,
            "id": self._take(provider, "case"),
            "client": client["id"],
            "external_id": activity.get("external_id"),
            "status": status,
            "state": status if status in ("completed", "cancelled") else "open",
            "outcome": None,
            "risk": None,
            "drawn": False,  # was something drawn for it that nobody looked at yet?
            "ordered": None,
            "notes": request.get("notes"),
            "webhook_url": request.get("webhook_url"),
            "days": None if days == -1 else days,
            "created": self.now,
            "updated": self.now,
            "due": None,
            "finish": None,
            "archived": None,
            "expires": self.now + timedelta(days=days) if days > 0 else None,
            "checks": [self._check(check) for check in request.get("checks", ())],
            "event": None,  # the id of its webhook, once somebody saw it
        }

    def _check(self, asked: State) -> State:
        texts = dict.fromkeys(("risk_score", "outcome", *CHECK_TEXTS))
        born = {"state": "open", "created": self.now, "updated": self.now}
        return {"id": self._take("sphinxhq", "check"), "kind": asked["check_type"], **born, **texts}

    def _verdict(self, provider: str, request: State, name: str) -> State:
        """What is planned, else the first rule that fits, else the surname, else the default."""
        said = self._planned(provider) or self._ruled(provider, request) or self._named(name)
        settings = self.state["settings"]
        said = {"rule": "default", "failed": False, "ends": True, "slowness": 1, "takes": None, "risk": None, **said}
        delay = settings["delay"] * said["slowness"] if said["takes"] is None else said["takes"]
        return {
            "rule": said["rule"],
            "ending": said.get("outcome") or settings["default_outcome"],
            "failed": said["failed"],
            "planned_risk": said["risk"],
            "delay": timedelta(seconds=delay) if said["ends"] else None,
        }

    def _planned(self, provider: str) -> State | None:
        for planned in self.state["planned"]:
            if planned["provider"] in (None, provider):
                planned["times"] -= 1
                if not planned["times"]:
                    self.state["planned"].remove(planned)
                return {"rule": "next outcome", **meaning(planned["outcome"])}
        return None

    def _ruled(self, provider: str, request: State) -> State | None:
        for rule in self.state["rules"]:
            if fits(rule, provider, None, request):
                ending = meaning(rule["outcome"]) if rule["outcome"] else {}
                return {"rule": f"rule {rule['id']}", "takes": rule["delay"], "risk": rule["risk_score"], **ending}
        return None

    def _named(self, name: str) -> State:
        surname = name.split()[-1].lower()
        return {"rule": f"surname {surname.capitalize()}", **SURNAMES[surname]} if surname in SURNAMES else {}

    def complete(self, case: State, ending: str, *, risk: float | None = None) -> int:
        """What explicit completion answers, and does."""
        if self.is_gone(case):
            return 404
        if case["state"] not in ("open", "processing"):
            return 409
        said = meaning(ending)
        case.update(rule="explicit", ending=said["outcome"], failed=said.get("failed", False), planned_risk=None)
        self.finish(case, risk=risk)
        return 200

    def is_gone(self, case: State) -> bool:
        """Does it read as if it had never been?"""
        return bool(case["expires"] and case["expires"] <= self.now)

    def redeliver(self, delivery: State) -> int:
        """What asking for it again answers, and does."""
        if delivery["url"] is None:
            return 409
        delivery.update(state="scheduled", due=self.now, reason=None)
        return 202


def meaning(word: str) -> dict[str, Any]:
    """An ending in the emulator's own words."""
    if word == "failed":
        return {"outcome": "undecided", "failed": True}
    return {"outcome": "undecided", "ends": False} if word == "stuck" else {"outcome": word}
