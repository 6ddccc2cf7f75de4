"""The stories of a presenter: the steps of each, with their texts and what they do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from emulator.demo.payloads import ReceiverPayload
from emulator.ui.api_client import ApiClient, ApiRefusal
from emulator.ui.flow.visit import SETTLED
from emulator.ui.phrases import moment_of


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a story works on: the sandbox, the case (None: not opened yet), and the receiver of its webhooks."""

    api: ApiClient
    sandbox_path: str
    provider: str
    case_id: int | None
    receiver: ReceiverPayload

    @property
    def case_path(self) -> str:
        """The path of the case in the control API."""
        return f"{self.sandbox_path}/cases/{self.provider}/{self.case_id}"

    def switch(self, is_on: bool) -> None:
        """Switch the receiver on or off."""
        self.api.ask("PATCH", "/receiver", {"is_on": is_on})

    def deliveries(self) -> Sequence[Mapping[str, Any]]:
        """Return the webhooks of the case."""
        query = {"provider": self.provider, "case_id": self.case_id}
        found: Sequence[Mapping[str, Any]] = self.api.get(f"{self.sandbox_path}/deliveries", **query)["deliveries"]
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One button: its label, what it is about to do, what to look at afterwards, and the function that does it."""

    button: str
    says: str
    shown: str
    act: Callable[[Scene], int | None]  # returns the id of the case it opened, if any


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """A sequence of steps about one case of one provider."""

    name: str
    title: str
    about: str
    provider: str
    steps: tuple[Step, ...]


def _open_waiting(scene: Scene) -> int:
    """Switch the receiver on, open a case that waits for its applicant, and return its id."""
    scene.switch(True)
    settings = scene.api.get(scene.sandbox_path)["settings"]
    if settings["webhook_url"] is None:
        scene.api.ask("PATCH", scene.sandbox_path, {"webhook_url": scene.receiver["url"]})
    return _send(scene, "stuck")


def _open_for_the_receiver(scene: Scene) -> int:
    """Switch the receiver off, open a case, move the clock to its end, and return its id."""
    scene.switch(False)
    scene.api.ask("PATCH", scene.sandbox_path, {"retry": "standard"})
    opened = _send(scene, "approved", webhook_url=scene.receiver["url"])
    case = scene.api.get(f"{scene.sandbox_path}/cases/{scene.provider}/{opened}")
    left = moment_of(case["ends_at"]) - moment_of(scene.api.get(f"{scene.sandbox_path}/clock")["now"])
    scene.api.ask("POST", f"{scene.sandbox_path}/clock/advance", {"seconds": max(0.0, left.total_seconds())})
    return opened


def _send(scene: Scene, outcome: str, **body: object) -> int:
    """Open a case of a new client that ends with the outcome, whatever else is planned, and return its id.

    Raise ApiRefusal if the request opened no case.
    """
    seed = scene.api.get(f"{scene.sandbox_path}/cases", limit=0)["count"] + 1
    order = {"seed": seed, "outcome": outcome, "body": body}
    sent = scene.api.ask("POST", f"{scene.sandbox_path}/samples/{scene.provider}", order)
    if sent["case_id"] is None:
        raise ApiRefusal(409, f"the request was answered {sent['status']}: a planned fault may have struck it", sent)
    return int(sent["case_id"])


def _end_as(outcome: str) -> Callable[[Scene], None]:
    def end(scene: Scene) -> None:
        link = scene.api.get(scene.case_path)["link"]
        number = link.partition("?")[0].rpartition("/")[2]
        words = scene.api.get(f"{scene.sandbox_path}/flows/{scene.provider}/{number}")["endings"]
        try:
            scene.api.ask("POST", f"{scene.case_path}/complete", {"outcome": words[outcome]})
        except ApiRefusal as refused:
            if refused.status != 409:  # the applicant has completed the case on a phone meanwhile
                raise

    return end


def _let_go_by(seconds: float) -> Callable[[Scene], None]:
    def advance(scene: Scene) -> None:
        scene.api.ask("POST", f"{scene.sandbox_path}/clock/advance", {"seconds": seconds})

    return advance


def _send_again(scene: Scene) -> None:
    for delivery in scene.deliveries():
        scene.api.ask("POST", f"{scene.sandbox_path}/deliveries/{delivery['id']}/redeliver")


def _recover(scene: Scene) -> None:
    scene.switch(True)


def _until_next_attempt(scene: Scene) -> None:
    """Move the clock on, a minute a step, until every webhook is delivered or given up."""
    for _ in range(20):
        if all(delivery["state"] in SETTLED for delivery in scene.deliveries()):
            return
        scene.api.ask("POST", f"{scene.sandbox_path}/clock/advance", {"seconds": 60})


OPEN = Step(
    button="Open a case",
    says="Your application asks for a check of a new client. If nobody is named to receive webhooks, we do.",
    shown="Answered 201 at once: the case waits for its applicant, who gets the link.",
    act=_open_waiting,
)
AGAIN = Step(
    button="Send the webhook again",
    says="Networks repeat themselves. Your application must take the second one for what it is.",
    shown="The same id and the same bytes: whoever remembers the id does nothing twice.",
    act=_send_again,
)


def _finish(outcome: str, shown: str) -> Step:
    return Step(
        button=f"Finish as the applicant, {outcome}",
        says="Open the link on a phone and go through it, or let this button do it.",
        shown=shown,
        act=_end_as(outcome),
    )


STORIES = (
    Story(
        name="approve",
        title="A client is approved",
        about="From the request to the webhook, when all is well.",
        provider="aplyid",
        steps=(OPEN, _finish("approved", "The case is decided, and its webhook tells your application."), AGAIN),
    ),
    Story(
        name="deny",
        title="A client is denied",
        about="The answer nobody can order from a live service.",
        provider="aplyid",
        steps=(OPEN, _finish("denied", "Denied: the webhook says so, and your application has to cope."), AGAIN),
    ),
    Story(
        name="recover",
        title="The receiver is down, and recovers",
        about="Retries, in seconds instead of hours, because the clock can be moved.",
        provider="sphinxhq",
        steps=(
            Step(
                button="Switch the receiver off and ask for checks",
                says="Your application is being deployed, just when a check is done.",
                shown="The case ended, but nothing listens: the first attempt failed and the next one is planned.",
                act=_open_for_the_receiver,
            ),
            Step(
                button="Let a minute go by",
                says="The webhook is tried again after 5 seconds, then 30, then 2 minutes, 10 minutes, an hour.",
                shown="Two more attempts, both in vain. Nothing is lost: the webhook waits.",
                act=_let_go_by(60),
            ),
            Step(
                button="Switch the receiver on",
                says="The deployment is through, and your application listens again.",
                shown="Somebody listens, but the next attempt is not due yet.",
                act=_recover,
            ),
            Step(
                button="Let time go by until it is through",
                says="The clock of this sandbox is moved on; nobody has to wait.",
                shown="Delivered. The same id and bytes as in the first attempt.",
                act=_until_next_attempt,
            ),
        ),
    ),
)
BY_NAME: Mapping[str, Story] = {story.name: story for story in STORIES}
