"""What stands around the cases of a sandbox of the model: restarts, checks added later, customers and documents."""

from datetime import timedelta

from tests.machine.model import Model, meaning
from tests.machine.timeline import fits
from tests.machine.words import MADE_UP, State, sphinxhq_case

PROVIDER = "sphinxhq"
BADNESS = ("approved", "undecided", "denied")


class CaseFiles(Model):
    """One sandbox with all that Sphinx has around Create Case."""

    def start(self, case: State) -> tuple[int, State | None]:
        """What a request to start a case answers, and does: one that has ended is archived and replaced."""
        if self.is_gone(case) or case["archived"]:
            return 404, None
        client = self.state["clients"][PROVIDER, case["client"]]
        if case["state"] in ("open", "processing"):
            return 200, sphinxhq_case(case, client)
        case["archived"] = self.now
        answer = self._open(PROVIDER, _again(case, client), client)
        # One that was opened without an external id has one made up, which the other generation shows.
        self.state["cases"][PROVIDER, answer["id"]]["external_id"] = case["external_id"] or MADE_UP
        for document in self.state["documents"].values():
            document["case"] = answer["id"] if document["case"] == case["id"] else document["case"]
        return 200, answer

    def add_check(self, case: State, kind: str) -> tuple[int, State | None]:
        """What a check for a case that runs is answered, and does: a rule for it makes the case worse, if anything."""
        if self.is_gone(case) or case["archived"]:
            return 400, None
        check = self._check({"check_type": kind})
        case["checks"].append(check)
        case["updated"] = self.now
        for rule in self.state["rules"]:
            if fits(rule, PROVIDER, None, {"case_id": case["id"], "check_type": kind}):
                self._worsen(case, rule)
                break
        return 201, check

    def _worsen(self, case: State, rule: State) -> None:
        said = meaning(rule["outcome"] or self.state["settings"]["default_outcome"])
        is_worse = BADNESS.index(said["outcome"]) > BADNESS.index(case["ending"])
        if not case["failed"] and (is_worse or said.get("failed")):
            named = {"rule": f"rule {rule['id']}", "planned_risk": rule["risk_score"]}
            case.update(ending=said["outcome"], failed=said.get("failed", False), **named)

    def create_customer(self, asked: State) -> tuple[int, State | None]:
        """What Create Customer answers, and does."""
        if self._known(PROVIDER, asked.get("external_id")):
            return 400, None
        number = self._take(PROVIDER, "client")
        client = {"id": number, "external_id": asked.get("external_id"), "name": asked["full_name"]}
        days = asked.get("delete_after")
        client |= {"kind": asked.get("customer_type"), "until": self.now + timedelta(days=days) if days else None}
        self.state["clients"][PROVIDER, number] = client
        return 201, client

    def update_customer(self, asked: State) -> tuple[int, State | None]:
        """What Update Customer answers, and does."""
        known = self._known(PROVIDER, asked["external_id"])
        if known is None:
            return 404, None
        known.update(name=asked["full_name"])
        return 200, known

    def upload(self, case: State | None) -> tuple[int, State | None]:
        """What an upload answers, and does, for a case or for none."""
        if case and (self.is_gone(case) or case["archived"]):
            return 400, None
        number = self._take(PROVIDER, "document")
        document = self.state["documents"][number] = {"id": number, "case": case and case["id"]}
        return 201, document


def _again(case: State, client: State) -> State:
    """The body that orders a case once more, as far as rules of the model look into it."""
    body = {
        "customer": {"full_name": client["name"]},
        "notes": case["notes"],
        "delete_after": -1 if case["days"] is None else case["days"],
        "checks": [{"check_type": check["kind"]} for check in case["checks"]],
    }
    return {**body, **({} if case["webhook_url"] is None else {"webhook_url": case["webhook_url"]})}
