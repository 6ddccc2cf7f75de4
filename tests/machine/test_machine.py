"""Whatever its users do in whatever order, a served emulator is as its model says after every step.

A failure prints the steps that lead to it, few of them, as a program. Each seed is a test of its own, so that a failure
can be had again: a hundred examples of twenty steps in all, the same in every run. MACHINE_SEEDS=200 in the environment
looks further. A seed has few examples because from the eleventh on hypothesis mostly varies those before.
"""

import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.machine import drawing
from tests.machine.looking import Document, is_at_rest, look, wait_for_rest
from tests.machine.model import Model
from tests.machine.refusals import REFUSED_BY_CONTROL, REFUSED_ORDERS
from tests.machine.words import APPROVALS, OUTCOMES, State, compact, told
from tests.machine.world import Hook, World, two_hooks

START = datetime(2030, 1, 1, tzinfo=UTC)
NAMES = ("north", "south", "east")
PLANS = ("now", "settings", "set", "planned", "rules", "faults")
SANDBOXES = st.sampled_from(["north"] * 5 + ["south", "east"])  # much in one of them; the others must not notice
WHERE = st.sampled_from(["a", "a", "b", "nobody", "blocked"])
MOODS = st.sampled_from(["up", "up", "down", "failing", "failing", "gone", "busy", "slow"])
PICKS = st.integers(0, 20)
HOW_TO_WAIT = st.sampled_from(["wait"] * 4 + ["settle"] * 3 + ["restart"])  # for what an act made due at once
SEEDS, EXAMPLES = int(os.environ.get("MACHINE_SEEDS", "10")), 10


ACTS: list[st.SearchStrategy[Any]] = []
Method = TypeVar("Method", bound=Callable[..., None])


def act(times: int = 1, /, **drawn: st.SearchStrategy[Any]) -> Callable[[Method], Method]:
    """Something the machine may do, with what is drawn for it; so many times as likely as others."""

    def note(method: Method) -> Method:
        ACTS.extend(st.tuples(st.just(method.__name__), st.fixed_dictionaries(drawn)) for _ in range(times))
        return method

    return note


class Machine(RuleBasedStateMachine):
    """Acts on the emulator and on the model alike."""

    def __init__(self, world: World) -> None:
        super().__init__()
        for hook in world.hooks:
            hook.turn("up")
            hook.taken()
        self.world = world
        self.moods = world.moods()
        self.lives = count(1)
        self.models = {name: Model(name, self.moods) for name in NAMES}
        self.seen: dict[str, Document] = {}  # the last snapshot of each
        self.taken: list[tuple[str, Document, State]] = []
        self.plans: dict[str, str] = {}  # the settings and plans that were looked at last
        self.settle_address()

    def settle_address(self) -> None:
        for model in self.models.values():
            model.address = self.world.emulator.url

    @initialize(where=WHERE, moods=st.tuples(MOODS, MOODS), fault=st.none() | drawing.faults(drawing.MISHAPS))
    def begin(self, where: str, moods: tuple[str, str], fault: State | None) -> None:
        """Every sandbox is used, and in one of them something is about to happen."""
        for name in NAMES:
            self.begin_anew(name, where)
            self.seen[name] = self.world.snapshot(name)
        for which, mood in enumerate(moods):
            self.turn_to(which, mood)
        if fault:
            self.plan_fault("north", fault)
        for request in (drawing.PLAIN_REQUEST, drawing.PLAIN_REQUEST):
            self.order("aplyid", "north", request)

    @rule(what=st.deferred(lambda: st.one_of(ACTS)))
    def do(self, what: tuple[str, State]) -> None:
        """One rule for all: hypothesis leaves most rules out of an example, and then too little happens in it."""
        name, drawn = what
        getattr(self, name)(**drawn)

    def begin_anew(self, name: str, where: str) -> None:
        """A newborn whose clock stands still."""
        assert not self.control(name, "POST", "reset", {})["used"]
        self.control(name, "PATCH", "clock", {"mode": "frozen", "at": told(START)})
        self.models[name].reset(START)
        self.change(name, {"webhook_url": self.url(name, where)})

    def control(self, name: str, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.world.of(name).control(method, path, body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def url(self, name: str, where: str) -> str | None:
        """A receiver's URL, which no other life of a sandbox uses."""
        hosts = {hook.path: hook.host for hook in self.world.hooks} | {"blocked": "example.com"}
        return f"http://{hosts[where]}/{where}/{name}/{next(self.lives)}" if where in hosts else None

    def look(self, name: str, then: str = "wait") -> None:
        """Once nothing is due: that sandbox is as its model says, and the others are as they were."""
        model = self.models[name]
        model.run(model.now)
        if then == "restart":
            self.restart_now(same_port=True)
        elif then == "settle":
            assert self.control(name, "POST", "clock/settle", {})["now"] == told(model.now)
            assert is_at_rest(self.world.snapshot(name))
        self.seen[name] = wait_for_rest(self.world, name)
        came = [webhook for hook in self.world.hooks for webhook in hook.taken()]
        plans = repr([self.seen[name]["settings"], [model.state[what] for what in PLANS]])
        look(partial(self.world.see, name), model, self.seen[name], came, plans=self.plans.get(name) != plans)
        self.plans[name] = plans
        for other in {*NAMES} - {name}:
            assert self.world.snapshot(other) == self.seen[other]

    def restart_now(self, *, same_port: bool) -> None:
        self.world.restart(same_port=same_port)
        self.plans.clear()
        self.settle_address()

    # Cases

    @act(4, name=SANDBOXES, request=drawing.aplyid_requests(), then=HOW_TO_WAIT)
    def open_at_aplyid(self, name: str, request: State, then: str) -> None:
        self.order("aplyid", name, request, then)

    @act(name=SANDBOXES, client=st.sampled_from(["cust-1", "cust-2"]), then=HOW_TO_WAIT)
    def open_at_aplyid_for_a_client_known_by_its_external_id(self, name: str, client: str, then: str) -> None:
        activity = {"name": "Again", "nature": "New customer", "external_id": "order-3"}
        request = {"activity": activity, "client": {"external_id": client}}  # refused for one that is not known
        self.order("aplyid", name, request, then)

    @act(5, name=SANDBOXES, request=drawing.sphinxhq_requests(), where=WHERE, then=HOW_TO_WAIT)
    def open_at_sphinx(self, name: str, request: State, where: str, then: str) -> None:
        request = {**request, **drawing.optional("webhook_url", self.url(name, where))}
        self.order("sphinxhq", name, request, then)

    def order(self, provider: str, name: str, request: State, then: str = "wait") -> int:
        """Create Case answers as it should, the body byte for byte."""
        status, body = self.models[name].post(provider, request)
        emulator = self.world.of(name)
        answer = (emulator.aplyid if provider == "aplyid" else emulator.sphinxhq).post(request)
        assert answer.status_code == status, answer.text
        assert body is None or answer.content == compact(body)
        self.look(name, then)
        return status

    @act(name=SANDBOXES, refused=st.sampled_from(REFUSED_ORDERS))
    def order_what_is_refused(self, name: str, refused: tuple[str, State]) -> None:
        provider, request = refused
        assert self.order(provider, name, request) >= 400

    @act(3, pick=PICKS, ending=st.sampled_from(["approved", "denied", "undecided", "failed"]), then=HOW_TO_WAIT)
    def complete(self, pick: int, ending: str, then: str) -> None:
        if not (picked := self.pick("cases", pick)):
            return
        name, case = picked
        if case["provider"] == "aplyid":
            ending = "undecided" if ending == "failed" else ending
            said: State = {"outcome": APPROVALS[ending]}
        else:
            said = {"status": "ERROR"} if ending == "failed" else {"outcome": OUTCOMES[ending]}
        risk = 0.25 if "outcome" in said and case["provider"] == "sphinxhq" and pick % 2 else None
        path = f"cases/{case['provider']}/{case['id']}/complete"
        status = self.models[name].complete(case, ending, risk=risk)
        body = self.control(name, "POST", path, {**said, **drawing.optional("risk_score", risk)}, status)
        assert status != 200 or (body["state"], body["rule"]) == (case["state"], "explicit")
        self.look(name, then)

    def pick(self, what: str, number: int) -> tuple[str, State] | None:
        """One of all sandboxes, where there is any."""
        all_of_them = [(name, item) for name in NAMES for item in self.models[name].state[what].values()]
        return all_of_them[number % len(all_of_them)] if all_of_them else None

    # Time

    @act(7, name=SANDBOXES, seconds=drawing.SECONDS)
    def advance(self, name: str, seconds: float) -> None:
        model = self.models[name]
        happened = model.run(model.now + timedelta(seconds=seconds))
        answer = self.control(name, "POST", "clock/advance", {"seconds": seconds})
        assert answer["now"] == told(model.now)
        assert [_without_ids(event) for event in answer["happened"]] == happened
        assert is_at_rest(self.world.snapshot(name))
        self.look(name)

    @act(name=SANDBOXES)
    def settle(self, name: str) -> None:
        settled = self.control(name, "POST", "clock/settle", {})
        assert settled == {"now": told(self.models[name].now), "happened": []}
        self.look(name)

    @act(2, name=SANDBOXES, seconds=drawing.SECONDS)
    def freeze_later(self, name: str, seconds: float) -> None:
        model = self.models[name]
        model.state["now"] += timedelta(seconds=seconds)  # what is due then runs by itself, all at that instant
        self.control(name, "PATCH", "clock", {"mode": "frozen", "at": told(model.now)})
        self.look(name)

    # Sandboxes as a whole

    @act(name=SANDBOXES, where=WHERE)
    def reset(self, name: str, where: str) -> None:
        self.begin_anew(name, where)
        self.look(name)

    @act(2, name=SANDBOXES)
    def take(self, name: str) -> None:
        self.taken.append((name, self.world.snapshot(name), self.models[name].copied()))

    @act(2, pick=PICKS)
    def restore(self, pick: int) -> None:
        if self.taken:
            name, document, state = self.taken[pick % len(self.taken)]
            self.control(name, "POST", "restore", document)
            self.models[name].state = deepcopy(state)  # it may be restored once more
            assert self.world.snapshot(name) == document
            self.look(name)

    @act(same_port=st.booleans())
    def restart(self, same_port: bool) -> None:
        self.restart_now(same_port=same_port)
        for name in NAMES:
            assert self.control(name, "GET", "requests")["count"] == 0  # the journal is gone, and nothing else
            self.look(name)

    # Plans

    @act(3, name=SANDBOXES, said=drawing.settings(), where=WHERE)
    def set_how_it_behaves(self, name: str, said: State, where: str) -> None:
        self.change(name, {**said, "webhook_url": self.url(name, where)})
        self.look(name)

    def change(self, name: str, said: State) -> None:
        self.control(name, "PATCH", "", said)
        waits = {"retry": drawing.RETRIES.get(said["retry"])} if "retry" in said else {}
        self.models[name].change({**said, **waits})

    @act(2, name=SANDBOXES, provider=drawing.PROVIDERS, outcome=drawing.ENDINGS, times=st.integers(1, 2))
    def plan(self, name: str, provider: str | None, outcome: str, times: int) -> None:
        planned = {"provider": provider, "outcome": outcome, "times": times}
        self.control(name, "POST", "outcomes/next", planned, 201)
        self.models[name].state["planned"].append(planned)
        self.look(name)

    @act(2, name=SANDBOXES, planned=drawing.rules())
    def add_rule(self, name: str, planned: State) -> None:
        model = self.models[name]
        model.state["rules"].append({**planned, "id": model.numbered("r")})
        answer = self.control(name, "POST", "outcomes/rules", drawing.as_asked(planned), 201)
        assert answer["id"] == model.state["rules"][-1]["id"]
        self.look(name)

    @act(4, name=SANDBOXES, fault=drawing.faults(drawing.MISHAPS))
    def add_fault_of_webhooks(self, name: str, fault: State) -> None:
        self.plan_fault(name, fault)

    @act(name=SANDBOXES, fault=drawing.faults(drawing.OUTAGES))
    def add_fault_of_requests(self, name: str, fault: State) -> None:
        self.plan_fault(name, fault)

    def plan_fault(self, name: str, fault: State) -> None:
        model = self.models[name]
        model.state["faults"].append({**fault, "id": model.numbered("f"), "seen": 0})
        answer = self.control(name, "POST", "faults", drawing.as_asked(fault), 201)
        assert answer["id"] == model.state["faults"][-1]["id"]
        self.look(name)

    @act(name=SANDBOXES, what=st.sampled_from(["planned", "rules", "faults"]), which=st.integers(0, 2))
    def take_back(self, name: str, what: str, which: int) -> None:
        """One of those there are, or all of them."""
        there = self.models[name].state[what]
        one = [there[which]["id"]] if what != "planned" and which < len(there) else []
        path = {"planned": "outcomes/next", "rules": "outcomes/rules", "faults": "faults"}[what]
        self.control(name, "DELETE", "/".join([path, *one]))
        there[:] = [item for item in there if one and item["id"] not in one]
        self.look(name)

    @act(name=SANDBOXES, refused=st.sampled_from(REFUSED_BY_CONTROL))
    def ask_what_is_refused(self, name: str, refused: tuple[str, str, Any, int]) -> None:
        self.control(name, *refused)
        self.look(name)

    @act(name=SANDBOXES)
    def restore_what_makes_no_sense(self, name: str) -> None:
        orphaned = {**self.seen[name], "clients": []}
        expected = 422 if orphaned["cases"] else 200
        if expected == 422:
            self.control(name, "POST", "restore", orphaned, 422)
        self.control(name, "POST", "restore", {**self.seen[name], "schema": 99}, 422)
        self.look(name)

    # Webhooks

    @act(4, which=st.integers(0, 1), mood=MOODS)
    def turn(self, which: int, mood: str) -> None:
        self.turn_to(which, mood)

    def turn_to(self, which: int, mood: str) -> None:
        self.world.hooks[which].turn(mood)
        self.moods.update(self.world.moods())

    @act(3, pick=PICKS, then=HOW_TO_WAIT)
    def redeliver(self, pick: int, then: str) -> None:
        if not (picked := self.pick("deliveries", pick)):
            return
        name, sent = picked
        event = self.models[name].state["cases"][sent["key"][:2]]["event"]
        delivery_id = f"{event}-copy-{sent['key'][2]}" if sent["key"][2] else event
        status = self.models[name].redeliver(sent)
        self.control(name, "POST", f"deliveries/{delivery_id}/redeliver", {}, status)
        self.look(name, then)


def _without_ids(event: Document) -> Document:
    """What happened, each webhook named by its case and its number there."""
    kept = {name: value for name, value in event.items() if name not in ("delivery_id", "error")}
    if "delivery_id" in event:
        kept["copy"] = int(event["delivery_id"].partition("-copy-")[2] or 0)
    return kept


@pytest.fixture(scope="module")
def hooks() -> Iterator[list[Hook]]:
    with two_hooks() as listening:
        yield listening


@pytest.fixture
def world(hooks: list[Hook], tmp_path: Path) -> Iterator[World]:
    """One emulator for all examples of a seed, because starting one takes as long as five steps."""
    world = World(tmp_path / "cases.sqlite", hooks)
    yield world
    world.stop()


@pytest.mark.parametrize("number", range(SEEDS))
def test_after_every_step_the_emulator_is_as_its_model_says(number: int, world: World) -> None:
    how = settings(
        max_examples=EXAMPLES,
        stateful_step_count=20,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(number)(lambda: Machine(world)), settings=how)
