"""Whatever its users do in whatever order, a served emulator is as its model says after every step.

A failure prints the steps that lead to it, few of them, as a program. MACHINE_EXAMPLES=1000 in the environment looks
further than the hundred examples that are the same in every run.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from tests.machine import drawing
from tests.machine.looking import Document, is_at_rest, look, wait_for_rest
from tests.machine.model import Model
from tests.machine.refusals import REFUSED_BY_CONTROL, REFUSED_ORDERS
from tests.machine.words import APPROVALS, OUTCOMES, State, compact, told
from tests.machine.world import Hook, World, two_hooks

START = datetime(2030, 1, 1, tzinfo=UTC)
NAMES = ("north", "south", "east")
SANDBOXES = st.sampled_from(["north"] * 5 + ["south", "east"])  # much in one of them; the others must not notice
WHERE = st.sampled_from(["a", "a", "b", "nobody", "blocked"])
PICKS = st.integers(0, 20)
HOW_TO_WAIT = st.sampled_from(["wait", "wait", "settle", "restart"])  # for what an act made due at once
EXAMPLES = os.environ.get("MACHINE_EXAMPLES")


class Machine(RuleBasedStateMachine):
    """Acts on the emulator and on the model alike."""

    taken = Bundle("taken")

    def __init__(self, files: Callable[[], Path], hooks: list[Hook]) -> None:
        super().__init__()
        for hook in hooks:
            hook.turn("up")
            hook.taken()
        self.world = World(files(), hooks)
        self.moods = self.world.moods()
        self.lives = count(1)
        self.models = {name: Model(name, self.moods) for name in NAMES}
        self.seen: dict[str, Document] = {}
        self.settle_address()

    def teardown(self) -> None:
        self.world.stop()

    def settle_address(self) -> None:
        for model in self.models.values():
            model.address = self.world.emulator.url

    @initialize(where=WHERE, mine=st.lists(drawing.sphinxhq_requests(), min_size=1, max_size=3))
    def begin(self, where: str, mine: list[State]) -> None:
        for name in NAMES:
            self.freeze_newborn(name)
            self.change(name, {"webhook_url": self.url(name, where)})
            self.seen[name] = self.world.snapshot(name)
        for request in mine:
            self.order("sphinxhq", "north", {**request, "webhook_url": self.url("north", "a")}, "wait")
            self.order("aplyid", "north", drawing.PLAIN_REQUEST, "wait")

    def freeze_newborn(self, name: str) -> None:
        self.control(name, "PATCH", "clock", {"mode": "frozen", "at": told(START)})
        self.models[name].reset(START)

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
        look(self.world.of(name), model, self.seen[name], came)
        for other in NAMES:
            assert self.world.snapshot(other) == self.seen[other]

    def restart_now(self, *, same_port: bool) -> None:
        self.world.restart(same_port=same_port)
        self.settle_address()

    # Cases

    @rule(name=SANDBOXES, request=drawing.aplyid_requests(), then=HOW_TO_WAIT)
    def open_at_aplyid(self, name: str, request: State, then: str) -> None:
        self.order("aplyid", name, request, then)

    @rule(name=SANDBOXES, client=st.sampled_from(["cust-1", "cust-2"]), then=HOW_TO_WAIT)
    def open_at_aplyid_for_a_client_known_by_its_external_id(self, name: str, client: str, then: str) -> None:
        activity = {"name": "Again", "nature": "New customer", "external_id": "order-3"}
        request = {"activity": activity, "client": {"external_id": client}}  # refused for one that is not known
        self.order("aplyid", name, request, then)

    @rule(name=SANDBOXES, request=drawing.sphinxhq_requests(), where=WHERE, then=HOW_TO_WAIT)
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

    @rule(name=SANDBOXES, refused=st.sampled_from(REFUSED_ORDERS))
    def order_what_is_refused(self, name: str, refused: tuple[str, State]) -> None:
        provider, request = refused
        assert self.order(provider, name, request) >= 400

    @precondition(lambda self: self.has("cases"))
    @rule(pick=PICKS, ending=st.sampled_from(["approved", "denied", "undecided", "failed"]), then=HOW_TO_WAIT)
    def complete(self, pick: int, ending: str, then: str) -> None:
        name, case = self.pick("cases", pick)
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

    def has(self, what: str) -> bool:
        return any(model.state and model.state[what] for model in self.models.values())

    def pick(self, what: str, number: int) -> tuple[str, State]:
        """One of all sandboxes."""
        all_of_them = [(name, item) for name in NAMES for item in self.models[name].state[what].values()]
        return all_of_them[number % len(all_of_them)]

    # Time

    @rule(name=SANDBOXES, seconds=drawing.SECONDS)
    def advance(self, name: str, seconds: float) -> None:
        model = self.models[name]
        happened = model.run(model.now + timedelta(seconds=seconds))
        answer = self.control(name, "POST", "clock/advance", {"seconds": seconds})
        assert answer["now"] == told(model.now)
        assert [_without_ids(event) for event in answer["happened"]] == happened
        assert is_at_rest(self.world.snapshot(name))
        self.look(name)

    @rule(name=SANDBOXES)
    def settle(self, name: str) -> None:
        settled = self.control(name, "POST", "clock/settle", {})
        assert settled == {"now": told(self.models[name].now), "happened": []}
        self.look(name)

    @rule(name=SANDBOXES, seconds=drawing.SECONDS)
    def freeze_later(self, name: str, seconds: float) -> None:
        model = self.models[name]
        model.state["now"] += timedelta(seconds=seconds)  # what is due then runs by itself, all at that instant
        self.control(name, "PATCH", "clock", {"mode": "frozen", "at": told(model.now)})
        self.look(name)

    # Sandboxes as a whole

    @rule(name=SANDBOXES, where=WHERE)
    def reset(self, name: str, where: str) -> None:
        assert not self.control(name, "POST", "reset", {})["used"]
        self.freeze_newborn(name)
        self.change(name, {"webhook_url": self.url(name, where)})
        self.look(name)

    @rule(name=SANDBOXES, target=taken)
    def take(self, name: str) -> tuple[str, Document, State]:
        return name, self.world.snapshot(name), self.models[name].copied()

    @rule(snapshot=taken)
    def restore(self, snapshot: tuple[str, Document, State]) -> None:
        name, document, state = snapshot
        self.control(name, "POST", "restore", document)
        self.models[name].state = state
        self.models[name].state = self.models[name].copied()  # it may be restored once more
        assert self.world.snapshot(name) == document
        self.look(name)

    @rule(same_port=st.booleans())
    def restart(self, same_port: bool) -> None:
        self.restart_now(same_port=same_port)
        for name in NAMES:
            assert self.control(name, "GET", "requests")["count"] == 0  # the journal is gone, and nothing else
            self.look(name)

    # Plans

    @rule(name=SANDBOXES, delay=drawing.DELAYS, retry=st.sampled_from([None, *drawing.RETRIES]), where=WHERE)
    def set_how_it_behaves(self, name: str, delay: float | None, retry: str | None, where: str) -> None:
        self.change(name, {"delay": delay, "retry": retry, "webhook_url": self.url(name, where)})
        self.look(name)

    @rule(name=SANDBOXES, outcome=st.sampled_from([None, "denied", "undecided"]))
    def set_the_default_outcome(self, name: str, outcome: str | None) -> None:
        self.change(name, {"default_outcome": outcome})
        self.look(name)

    def change(self, name: str, said: State) -> None:
        self.control(name, "PATCH", "", said)
        waits = {"retry": drawing.RETRIES.get(said["retry"])} if "retry" in said else {}
        self.models[name].change({**said, **waits})

    @rule(name=SANDBOXES, provider=drawing.PROVIDERS, outcome=drawing.ENDINGS, times=st.integers(1, 2))
    def plan(self, name: str, provider: str | None, outcome: str, times: int) -> None:
        planned = {"provider": provider, "outcome": outcome, "times": times}
        self.control(name, "POST", "outcomes/next", planned, 201)
        self.models[name].state["planned"].append(planned)
        self.look(name)

    @rule(name=SANDBOXES)
    def forget_plans(self, name: str) -> None:
        self.control(name, "DELETE", "outcomes/next")
        self.models[name].state["planned"].clear()
        self.look(name)

    @rule(name=SANDBOXES, planned=drawing.rules())
    def add_rule(self, name: str, planned: State) -> None:
        planned = {"id": self.models[name].numbered("r"), **planned}
        self.models[name].state["rules"].append(planned)
        said = drawing.as_asked({key: value for key, value in planned.items() if key != "id"})
        assert self.control(name, "POST", "outcomes/rules", said, 201)["id"] == planned["id"]
        self.look(name)

    @rule(name=SANDBOXES, kinds=st.sampled_from([drawing.OUTAGES, drawing.MISHAPS, drawing.MISHAPS]), data=st.data())
    def add_fault(self, name: str, kinds: dict[str, Any], data: st.DataObject) -> None:
        fault = {"id": self.models[name].numbered("f"), "seen": 0, **data.draw(drawing.faults(kinds))}
        self.models[name].state["faults"].append(fault)
        said = drawing.as_asked({key: value for key, value in fault.items() if key not in ("id", "seen")})
        assert self.control(name, "POST", "faults", said, 201)["id"] == fault["id"]
        self.look(name)

    @rule(name=SANDBOXES, what=st.sampled_from(["rules", "faults"]), which=st.integers(0, 2))
    def take_back(self, name: str, what: str, which: int) -> None:
        """One of those there are, or all of them."""
        there = self.models[name].state[what]
        one = [there[which]["id"]] if which < len(there) else []
        self.control(name, "DELETE", "/".join(["outcomes/rules" if what == "rules" else what, *one]))
        there[:] = [item for item in there if one and item["id"] not in one]
        self.look(name)

    @rule(name=SANDBOXES, refused=st.sampled_from(REFUSED_BY_CONTROL))
    def ask_what_is_refused(self, name: str, refused: tuple[str, str, Any, int]) -> None:
        self.control(name, *refused)
        self.look(name)

    @rule(name=SANDBOXES)
    def restore_what_makes_no_sense(self, name: str) -> None:
        orphaned = {**self.seen[name], "clients": []}
        expected = 422 if orphaned["cases"] else 200
        if expected == 422:
            self.control(name, "POST", "restore", orphaned, 422)
        self.control(name, "POST", "restore", {**self.seen[name], "schema": 99}, 422)
        self.look(name)

    # Webhooks

    @rule(which=st.integers(0, 1), mood=st.sampled_from(["up", "down", "failing", "gone", "busy", "slow"]))
    def turn(self, which: int, mood: str) -> None:
        self.world.hooks[which].turn(mood)
        self.moods.update(self.world.moods())

    @precondition(lambda self: self.has("deliveries"))
    @rule(pick=PICKS, then=HOW_TO_WAIT)
    def redeliver(self, pick: int, then: str) -> None:
        name, sent = self.pick("deliveries", pick)
        event = self.models[name].state["cases"][sent["key"][:2]]["event"]
        delivery_id = f"{event}-copy-{sent['key'][2]}" if sent["key"][2] else event
        status = self.models[name].redeliver(sent)
        self.control(name, "POST", f"deliveries/{delivery_id}/redeliver", {}, status)
        self.look(name, then)


LIKELY = {
    Machine.open_at_aplyid: 3,
    Machine.open_at_sphinx: 3,
    Machine.advance: 5,
    Machine.freeze_later: 2,
    Machine.complete: 2,
    Machine.redeliver: 2,
    Machine.add_fault: 2,
    Machine.turn: 2,
}
for _likely, _times in LIKELY.items():  # a rule that is there more than once is drawn as much oftener
    for _number in range(_times):
        setattr(Machine, f"{_likely.__name__}_{_number}", _likely)


def _without_ids(event: Document) -> Document:
    """What happened, each webhook named by its case and its number there."""
    kept = {name: value for name, value in event.items() if name not in ("delivery_id", "error")}
    if "delivery_id" in event:
        kept["copy"] = int(event["delivery_id"].partition("-copy-")[2] or 0)
    return kept


def test_after_every_step_the_emulator_is_as_its_model_says(tmp_path: Path) -> None:
    numbers = count()
    how = settings(
        max_examples=int(EXAMPLES or 100),
        stateful_step_count=20,
        deadline=None,
        derandomize=EXAMPLES is None,
        database=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    with two_hooks() as hooks:
        files = partial(lambda: tmp_path / f"{next(numbers)}.sqlite")
        run_state_machine_as_test(lambda: Machine(files, hooks), settings=how)
