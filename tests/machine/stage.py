"""What every act of the machine needs: the emulator beside its models, and how they are compared."""

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from tests.machine import drawing
from tests.machine.case_files import CaseFiles
from tests.machine.looking import Document, is_at_rest, look, wait_for_rest
from tests.machine.words import State, compact, told
from tests.machine.world import World

START = datetime(2030, 1, 1, tzinfo=UTC)
NAMES = ("north", "south", "east")
PLANS = ("now", "settings", "set", "planned", "rules", "faults")
ACTS: list[st.SearchStrategy[Any]] = []
Method = TypeVar("Method", bound=Callable[..., None])


def act(times: int = 1, /, **drawn: st.SearchStrategy[Any]) -> Callable[[Method], Method]:
    """Something the machine may do, with what is drawn for it; so many times as likely as others."""

    def note(method: Method) -> Method:
        ACTS.extend(st.tuples(st.just(method.__name__), st.fixed_dictionaries(drawn)) for _ in range(times))
        return method

    return note


class Stage(RuleBasedStateMachine):
    """An emulator and a model of each of its sandboxes, with the verbs of whoever acts on both alike."""

    def __init__(self, world: World) -> None:
        super().__init__()
        for hook in world.hooks:
            hook.turn("up")
            hook.taken()
        self.world = world
        self.moods = world.moods()
        self.lives = count(1)
        self.models = {name: CaseFiles(name, self.moods) for name in NAMES}
        self.seen: dict[str, Document] = {}  # the last snapshot of each
        self.taken: list[tuple[str, Document, State]] = []
        self.plans: dict[str, str] = {}  # the settings and plans that were looked at last
        self.settle_address()

    def settle_address(self) -> None:
        for model in self.models.values():
            model.address = self.world.emulator.url

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

    def order(self, provider: str, name: str, request: State, then: str = "wait") -> int:
        """Create Case answers as it should, the body byte for byte."""
        status, body = self.models[name].post(provider, request)
        emulator = self.world.of(name)
        answer = (emulator.aplyid if provider == "aplyid" else emulator.sphinxhq).post(request)
        assert answer.status_code == status, answer.text
        assert body is None or answer.content == compact(body)
        self.look(name, then)
        return status

    def around(self, name: str, path: str, request: State, expected: tuple[int, State | None], then: str) -> None:
        """A request around a case is answered as it should be; the model has done it already."""
        status, shown = expected
        emulator = self.world.of(name)
        answer = emulator.http.post(f"{emulator.url}/api/{path}", json=request, cookies=emulator.sphinxhq.cookies)
        assert answer.status_code == status, answer.text
        assert shown is None or answer.json()["id"] == shown["id"]
        self.look(name, then)

    def pick_case(self, number: int, *, runs: bool | None = None) -> tuple[str, State] | None:
        """One of the cases at Sphinx, where there is any; with `runs` only one that runs, or that does not."""
        found = [(name, case) for name in NAMES for case in self.models[name].state["cases"].values()]
        found = [(name, case) for name, case in found if case["provider"] == "sphinxhq"]
        if runs is not None:
            found = [(name, case) for name, case in found if (case["state"] in ("open", "processing")) is runs]
        return found[number % len(found)] if found else None

    def pick(self, what: str, number: int) -> tuple[str, State] | None:
        """One of all sandboxes, where there is any."""
        all_of_them = [(name, item) for name in NAMES for item in self.models[name].state[what].values()]
        return all_of_them[number % len(all_of_them)] if all_of_them else None

    def bring_back(self, name: str, document: Document, state: State) -> None:
        self.control(name, "POST", "restore", document)
        self.models[name].state = deepcopy(state)  # it may be restored once more
        assert self.world.snapshot(name) == document
        self.look(name)

    def change(self, name: str, said: State) -> None:
        self.control(name, "PATCH", "", said)
        waits = {"retry": drawing.RETRIES.get(said["retry"])} if "retry" in said else {}
        self.models[name].change({**said, **waits})

    def plan_fault(self, name: str, fault: State) -> None:
        model = self.models[name]
        model.state["faults"].append({**fault, "id": model.numbered("f"), "seen": 0})
        answer = self.control(name, "POST", "faults", drawing.as_asked(fault), 201)
        assert answer["id"] == model.state["faults"][-1]["id"]
        self.look(name)

    def turn_to(self, which: int, mood: str) -> None:
        self.world.hooks[which].turn(mood)
        self.moods.update(self.world.moods())


def without_ids(event: Document) -> Document:
    """What happened, each webhook named by its case and its number there."""
    kept = {name: value for name, value in event.items() if name not in ("delivery_id", "error")}
    if "delivery_id" in event:
        kept["copy"] = int(event["delivery_id"].partition("-copy-")[2] or 0)
    return kept
