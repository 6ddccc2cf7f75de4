"""Compare a sandbox of the emulator, looked at from outside, with its model."""

from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

from tests.machine.model import Model
from tests.machine.timeline import fill_in
from tests.machine.words import CHECK_TEXTS, MADE_UP, RISKS, State, sphinxhq_case, told
from tests.receivers import Received
from tests.waiting import wait_until

Document = dict[str, Any]
See = Callable[..., Any]  # what reading a path of one sandbox shows
Key = tuple[str, int, int]  # provider, case, and 0 or the number of a copy


def is_at_rest(document: Document) -> bool:
    """Is nothing due any more on a clock that stands still? A snapshot shows what is under way as due."""
    now = document["clock"]["at"]
    waiting = [case["due_at"] for case in document["cases"]]
    waiting += [sent["due_at"] for sent in document["deliveries"] if sent["state"] == "scheduled"]
    return all(due is None or due > now for due in waiting)


def wait_for_rest(world: Any, sandbox: str) -> Document:
    """The sandbox once nothing is due in it."""
    found: list[Document] = []

    def rests() -> bool:
        found[:] = [world.snapshot(sandbox)]
        return is_at_rest(found[0])

    wait_until(rests)
    return found[0]


def key_of(delivery_id: str, provider: str, case_id: int) -> Key:
    _, _, number = delivery_id.partition("-copy-")
    return provider, case_id, int(number or 0)


def look(see: See, model: Model, document: Document, came: list[Received], *, plans: bool) -> None:
    """Everything there is to see of the sandbox is as its model says; `came` is what the receivers got since.

    Without `plans` its settings and plans are not asked for, because a snapshot said that they are what they were.
    """
    _look_at_rows(model, document)
    _look_at_sphinxhq(see, model)
    if plans:
        _look_at_plans(see, model)
    _look_at_deliveries(see, model)
    _look_at_inbox(see, model)
    _look_at_receivers(model, came)


def _look_at_rows(model: Model, document: Document) -> None:
    state = model.state
    assert document["clock"] == {"at": told(model.now), "factor": 0.0}
    assert {(row["provider"], row["kind"]): row["next"] for row in document["counters"]} == state["next"]
    clients = {
        (row["provider"], row["id"]): {name: row[name] for name in ("id", "external_id", "name", "kind")}
        for row in document["clients"]
    }
    assert clients == {
        key: {name: value for name, value in client.items() if name != "until"}
        for key, client in state["clients"].items()
    }
    documents = {row["id"]: {"id": row["id"], "case": row["case_id"]} for row in document["documents"]}
    assert documents == state["documents"]
    rows = {(row["provider"], row["id"]): row for row in document["cases"]}
    for key, case in state["cases"].items():
        if case["drawn"]:
            _learn(case, rows[key], document["checks"])
    assert {key: _case_row(row) for key, row in rows.items()} == {
        key: _case_told(case) for key, case in state["cases"].items()
    }


def _case_row(row: Document) -> Document:
    names = (
        "state",
        "outcome",
        "rule",
        "risk_score",
        "created_at",
        "updated_at",
        "due_at",
        "expires_at",
        "archived_at",
        "client_id",
    )
    return {name: row[name] for name in names}


def _case_told(case: State) -> Document:
    moments = {f"{name}_at": told(case[name]) for name in ("created", "updated", "due", "expires", "archived")}
    plain = {name: case[name] for name in ("state", "outcome", "rule")}
    return {**plain, **moments, "risk_score": case["risk"], "client_id": case["client"]}


def _learn(case: State, row: Document, checks: list[Document]) -> None:
    """Note what was drawn for a case that ended, if it may have been."""
    case["drawn"] = False
    mine = [check for check in checks if check["provider"] == "sphinxhq" and check["case_id"] == case["id"]]
    for known, check in zip(case["checks"], mine, strict=True):
        known.update({name: check[name] for name in ("risk_score", "outcome", *CHECK_TEXTS)})
        assert all(check[name] for name in CHECK_TEXTS)
        if case["planned_risk"] is None:
            assert _is_likely(check["risk_score"], check["outcome"])
    others = Counter(check["outcome"] for check in mine)
    if mine:  # one of them bears the decision
        others[case["outcome"]] -= 1
        assert +others in (Counter(), Counter(approved=len(mine) - 1))
    ordered = case["planned_risk"] if case["ordered"] is None else case["ordered"]
    case["risk"] = row["risk_score"]
    if ordered is not None:
        assert case["risk"] == ordered
    elif mine:
        assert case["risk"] == max(check["risk_score"] for check in mine)
    else:
        assert _is_likely(case["risk"], case["outcome"])


def _is_likely(risk: float, outcome: str) -> bool:
    low, high = RISKS[outcome]
    return low <= risk <= high


def _look_at_sphinxhq(see: See, model: Model) -> None:
    cases = [case for (provider, _), case in sorted(model.state["cases"].items()) if provider == "sphinxhq"]
    clients = model.state["clients"]
    there = [case for case in reversed(cases) if not model.is_gone(case) and not case["archived"]]
    expected = [sphinxhq_case(case, clients["sphinxhq", case["client"]]) for case in there]
    page = see("/api/cases/?page_size=100")
    assert (page["count"], page["results"]) == (len(expected), expected)
    for case in [*[case for case in cases if case["archived"]][-1:], *cases[-1:]]:
        is_gone = model.is_gone(case)
        read = see(f"/api/cases/{case['id']}/", 404 if is_gone else 200)
        shown = sphinxhq_case(case, clients["sphinxhq", case["client"]])
        assert read == ({"detail": "Not found."} if is_gone else shown)


def _look_at_plans(see: See, model: Model) -> None:
    state = model.state
    clock = see("clock")
    assert clock.pop("ahead") > 0  # of wall time, by so many seconds
    assert clock == {"mode": "frozen", "now": told(model.now), "next_at": told(model.next_due())}
    sandbox = see("")
    assert {name: sandbox["settings"][name] for name in state["settings"]} == {
        **state["settings"],
        "retry": list(state["settings"]["retry"]),
    }
    assert sandbox["set_here"] == sorted(state["set"])
    outcomes = see("outcomes")
    assert outcomes["default"] == state["settings"]["default_outcome"]
    assert outcomes["next"] == state["planned"]
    assert [rule["id"] for rule in outcomes["rules"]] == [rule["id"] for rule in state["rules"]]
    told_of = ("id", "kind", "times", "seen")
    faults = see("faults")["faults"]
    assert [{n: f[n] for n in told_of} for f in faults] == [{n: f[n] for n in told_of} for f in state["faults"]]


def _look_at_deliveries(see: See, model: Model) -> None:
    found = see("deliveries")["deliveries"]
    listed = {key_of(seen["id"], seen["provider"], seen["case_id"]): seen for seen in found}
    assert len(listed) == len(found)
    known = model.state["deliveries"]
    assert listed.keys() == known.keys()
    for key, seen in listed.items():
        _look_at_delivery(model, known[key], seen)
    assert len({seen["id"] for seen in found}) == len(found)
    ids = [case["event"] for case in model.state["cases"].values() if case["event"]]
    assert len(set(ids)) == len(ids)  # an event is no other case's event
    expected = sorted(known.values(), key=lambda sent: (sent["created"], sent["position"]))
    sent_on = [sent["key"] for sent in expected if not sent["kept"]]  # those kept at one instant come in any order
    assert [key for key in listed if not known[key]["kept"]] == sent_on


def _look_at_delivery(model: Model, sent: State, seen: Document) -> None:
    case = model.state["cases"][sent["key"][:2]]
    if case["external_id"] == MADE_UP:
        case["external_id"] = str(UUID(seen["external_id"]))
    case["event"] = case["event"] or seen["id"].partition("-copy-")[0]
    assert seen["id"] == _id_of(case, sent)
    sent["bytes"] = sent["bytes"] or fill_in(sent, case)
    assert seen["body"].encode() == sent["bytes"]
    assert seen["headers"] == headers_of(case, sent)
    told_of = {
        "event": sent["event"],
        "external_id": case["external_id"],
        "state": sent["state"],
        "rule": case["rule"],
        "faults": sent["faults"],
        "url": sent["url"],
        "created_at": told(sent["created"]),
        "next_attempt_at": told(sent["due"]),
    }
    assert {name: seen[name] for name in told_of} == told_of
    attempts = [(a["number"], a["ended_at"], a["status"]) for a in seen["attempts"]]
    assert attempts == [(a["number"], told(a["at"]), a["status"]) for a in sent["attempts"]]
    assert all((attempt["error"] is None) == (attempt["status"] == 200) for attempt in seen["attempts"])
    assert (seen["reason"] is None) == (sent["reason"] is None)


def _id_of(case: State, sent: State) -> str:
    number = sent["key"][2]
    return f"{case['event']}-copy-{number}" if number else str(case["event"])


def headers_of(case: State, sent: State) -> dict[str, str]:
    """The headers a provider writes."""
    plain = {"Content-Type": "application/json"}
    if case["provider"] == "sphinxhq":
        return plain
    return {**plain, "X-Workflow-Event-Type": sent["event"], "X-Workflow-Webhook-Id": case["event"]}


def _look_at_inbox(see: See, model: Model) -> None:
    answer = see("inbox")
    known = model.state["deliveries"]
    kept = sorted((s for s in known.values() if s["state"] in ("inbox", "blocked")), key=lambda s: s["position"])
    keys = [key_of(seen["id"], seen["provider"], seen["case_id"]) for seen in answer["webhooks"]]
    assert answer["count"] == len(kept)
    assert sorted(keys) == sorted(sent["key"] for sent in kept)
    moments = [known[key]["kept"] for key in keys]
    assert moments == sorted(moments)
    born_here = [sent["key"] for sent in kept if not sent["tries"]]  # those tried at one instant come in any order
    assert [key for key in keys if not known[key]["tries"]] == born_here
    for key, seen in zip(keys, answer["webhooks"], strict=True):
        assert (seen["body"].encode(), seen["state"]) == (known[key]["bytes"], known[key]["state"])


def _look_at_receivers(model: Model, came: list[Received]) -> None:
    """They got exactly what was sent, byte for byte."""
    expected: Counter[Any] = Counter()
    for sent in model.sent:
        case = model.state["cases"][sent["key"][:2]]
        expected[sent["url"], sent["bytes"], tuple(sorted(headers_of(case, sent).items()))] += 1
    model.sent.clear()
    assert Counter(map(_arrival, came)) == expected


def _arrival(webhook: Received) -> Any:
    names = ("Content-Type", "X-Workflow-Event-Type", "X-Workflow-Webhook-Id")
    headers = {name: value for name in names if (value := webhook.header(name)) is not None}
    return f"http://{webhook.header('Host')}{webhook.path}", webhook.body, tuple(sorted(headers.items()))
