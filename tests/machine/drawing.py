"""What the machine draws: requests, settings, plans and faults."""

from typing import Any

from hypothesis import strategies as st

from tests.machine.words import State

SURNAMES = ["Doe", "Doe", "Approved", "DENIED", "Rejected", "Undecided", "Failed", "Stuck", "Slow", "Slow"]
NAMES = st.builds("{} {}".format, st.sampled_from(["Ann", "Bob"]), st.sampled_from(SURNAMES))
CLIENTS = st.sampled_from([None, "cust-1", "cust-2", "cust-3"])
ENDINGS = st.sampled_from(["approved", "denied", "undecided", "failed", "stuck"])
PROVIDERS = st.sampled_from([None, "aplyid", "sphinxhq"])
SECONDS = st.sampled_from([0.5, 1, 2, 4.5, 5, 30, 100, 700, 4000, 86_400])
RETRIES = {"standard": (5.0, 30.0, 120.0, 600.0, 3600.0), "once": (), "1,7.5": (1.0, 7.5), "2,2,2,2": (2.0,) * 4}
TIMES = st.sampled_from([1, 1, 2, None])
PLAIN_REQUEST: State = {
    "activity": {"name": "Onboarding", "nature": "New customer", "external_id": "order-1"},
    "client": {"name": "Jo Doe", "client_type": "company"},
}


@st.composite
def aplyid_requests(draw: st.DrawFn) -> State:
    """Create Case at APLYiD, which is accepted."""
    activity: State = {"name": "Onboarding", "nature": "New customer"}
    activity |= optional("external_id", draw(st.sampled_from(["order-1", "order-1", "order-2", " ", None])))
    activity |= optional("status", draw(st.sampled_from([None] * 6 + ["in_review", "completed", "cancelled"])))
    client = {"name": draw(NAMES), "client_type": draw(st.sampled_from(["company", "trust"]))}
    return {"activity": activity, "client": {**client, **optional("external_id", draw(CLIENTS))}}


@st.composite
def sphinxhq_requests(draw: st.DrawFn) -> State:
    """Create Case at Sphinx without its webhook_url, which is accepted."""
    if draw(st.integers(0, 5)) == 0:
        who: State = {"customer_id": 123}
    else:
        kind = draw(st.sampled_from([None, "INDIVIDUAL", "COMPANY"]))
        who = {"customer": {"full_name": draw(NAMES), **optional("customer_type", kind)}}
        who["customer"] |= optional("external_id", draw(CLIENTS))
    checks = [
        {"check_type": kind} for kind in draw(st.lists(st.sampled_from(["PEP", "IDV", "UBO_RESOLUTION"]), max_size=3))
    ]
    days = draw(st.sampled_from([None, None, -1, 0, 1]))
    return {**who, "notes": "noted", **optional("delete_after", days), **({"checks": checks} if checks else {})}


@st.composite
def customers(draw: st.DrawFn) -> State:
    """Create Customer, which is accepted unless another one has the reference."""
    who: State = {
        "full_name": draw(NAMES),
        **optional("external_id", draw(st.sampled_from([None, "cust-2", "cust-3"]))),
    }
    who |= optional("customer_type", draw(st.sampled_from([None, "COMPANY"])))
    return {**who, **optional("delete_after", draw(st.sampled_from([None, 1, 1])))}


@st.composite
def settings(draw: st.DrawFn) -> State:
    """How a sandbox is to behave from now on; None takes a setting back."""
    said = {
        "delay": st.sampled_from([0, 1, 3, 90, None]),
        "retry": st.sampled_from([None, *RETRIES]),
        "default_outcome": st.sampled_from([None, "denied", "undecided"]),
    }
    return draw(st.fixed_dictionaries({}, optional=said))


@st.composite
def rules(draw: st.DrawFn) -> State:
    """A rule on requests; it sets one thing at least."""
    when = draw(st.sampled_from([{}, {"client.name": "Ann"}, {"customer.full_name": "Bob"}]))
    said = {
        "outcome": draw(st.none() | ENDINGS),
        "delay": draw(st.sampled_from([None, 0, 7])),
        "risk_score": draw(st.sampled_from([None, 0.5])),
    }
    if not any(value is not None for value in said.values()):
        said["outcome"] = "denied"
    return {"provider": draw(PROVIDERS), "path": None, "when": when, **said}


@st.composite
def faults(draw: st.DrawFn) -> State:
    """A fault, whose settings are drawn too."""
    kind = draw(st.sampled_from([*KINDS, *OFTENER]))
    path, provider, when = draw(st.sampled_from([None, None, None, "/a"])), draw(PROVIDERS), {}
    if kind == "early":  # which has no target to match yet
        path = None
    if kind == "status":  # never one that would strike the reads of whoever compares
        path, provider = None, draw(st.sampled_from(["aplyid", "sphinxhq"]))
        when = {"notes": "n"} if provider == "sphinxhq" else {}
    head = {"kind": kind, "provider": provider, "path": path, "when": when, "times": draw(TIMES)}
    return {**head, "settings": draw(st.fixed_dictionaries(KINDS[kind]))}


# These meet most of what was planned before them.
OFTENER = ["early", "early", "status", "duplicate", "delay"]
KINDS: dict[str, Any] = {
    "status": {"status": st.sampled_from([400, 500, 503]), "stored": st.booleans()},
    "drop": {},
    "early": {},
    "duplicate": {"copies": st.integers(1, 3), "after": st.sampled_from([0.0, 3.0])},
    "delay": {"seconds": st.sampled_from([4.0, 50.0])},
    "extra_fields": {"fields": st.sampled_from([{"undocumented": "added"}, {"client": {"odd": [1]}}])},
    "changed_body": {"change": st.just({"status": "changed"}), "after": st.sampled_from([0.0, 3.0])},
    "unknown_event": {"event": st.just("case.unknown")},
}


def optional(name: str, value: Any) -> State:
    """That field, or none."""
    return {} if value is None else {name: value}


def as_asked(planned: State) -> State:
    """A rule or a fault of the model as the control API is asked for it."""
    when = {place: {"starts_with": start} for place, start in planned["when"].items()}
    plain = {name: value for name, value in planned.items() if name not in ("when", "settings") and value is not None}
    return {**plain, **planned.get("settings", {}), "when": when}
