"""What the buttons of the stories do, by the routes that a script would use."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from emulator.demo.facts import Facts
from emulator.demo.payloads import ReceiverPayload
from emulator.quick_dataclass import dataclass
from emulator.ui.api_client import ApiClient, ApiRefusal
from emulator.ui.phrases import moment_of

MOST_ATTEMPTS = 120  # a profile has at most 100 waits


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a story works on: the sandbox, the case (None: not opened yet), and the receiver of its webhooks."""

    api: ApiClient
    sandbox_path: str
    story: str
    provider: str
    case_id: int | None
    receiver: ReceiverPayload

    @property
    def case_path(self) -> str:
        """The path of the case in the control API."""
        return f"{self.sandbox_path}/cases/{self.provider}/{self.case_id}"

    def facts(self) -> Facts:
        """Return what is stored of the case now."""
        if self.case_id is None:
            return Facts(case=None, webhooks=[], receiver_is_on=self.receiver["is_on"])
        case = self.api.get(self.case_path)
        return Facts(case=case, webhooks=self.deliveries(), receiver_is_on=self.receiver["is_on"])

    def switch(self, is_on: bool) -> None:
        """Switch the receiver on or off."""
        self.api.ask("PATCH", "/receiver", {"is_on": is_on})

    def deliveries(self) -> Sequence[Mapping[str, Any]]:
        """Return the webhooks of the case."""
        query = {"provider": self.provider, "case_id": self.case_id}
        found: Sequence[Mapping[str, Any]] = self.api.get(f"{self.sandbox_path}/deliveries", **query)["deliveries"]
        return found

    def begin(self, case_id: int | None = None) -> None:
        """Stop the clock of the sandbox until the story is left, or name the story's case."""
        self.api.ask("PUT", f"{self.sandbox_path}/story", {"story": self.story, "case_id": case_id})

    def settle(self) -> None:
        """Send what is due now, and wait for the receivers."""
        self.api.ask("POST", f"{self.sandbox_path}/clock/settle")

    def advance_to(self, moment: str) -> None:
        """Move the clock on to a time of the control API; not at all if it is past."""
        now = self.api.get(f"{self.sandbox_path}/clock")["now"]
        self.advance(max(0.0, (moment_of(moment) - moment_of(now)).total_seconds()))

    def advance(self, seconds: float) -> None:
        """Move the clock on."""
        self.api.ask("POST", f"{self.sandbox_path}/clock/advance", {"seconds": seconds})


def open_waiting(scene: Scene) -> int:
    """Switch the receiver on, open a case that waits for its applicant, and return its id."""
    scene.begin()
    scene.switch(True)
    if scene.api.get(scene.sandbox_path)["settings"]["webhook_url"] is None:
        scene.api.ask("PATCH", scene.sandbox_path, {"webhook_url": scene.receiver["url"]})
    return _send(scene, "stuck")


def open_for_the_receiver(scene: Scene) -> int:
    """Switch the receiver off, open a case, move the clock to its end, and return its id."""
    scene.begin()
    scene.switch(False)
    scene.api.ask("PATCH", scene.sandbox_path, {"retry": "standard"})
    opened = _send(scene, "approved", webhook_url=scene.receiver["url"])
    scene.advance_to(scene.api.get(f"{scene.sandbox_path}/cases/{scene.provider}/{opened}")["ends_at"])
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
    scene.begin(int(sent["case_id"]))
    return int(sent["case_id"])


def end_as(outcome: str) -> Callable[[Scene], None]:
    """Return the act that goes through the case as its applicant would, with this outcome."""

    def end(scene: Scene) -> None:
        link = scene.api.get(scene.case_path)["link"]
        number = link.partition("?")[0].rpartition("/")[2]
        words = scene.api.get(f"{scene.sandbox_path}/flows/{scene.provider}/{number}")["endings"]
        try:
            scene.api.ask("POST", f"{scene.case_path}/complete", {"outcome": words[outcome]})
        except ApiRefusal as refused:
            if refused.status != 409:  # the applicant has completed the case on a phone meanwhile
                raise
        scene.settle()

    return end


def let_go_by(seconds: float) -> Callable[[Scene], None]:
    """Return the act that moves the clock on by so much."""
    return lambda scene: scene.advance(seconds)


def send_again(scene: Scene) -> None:
    """Send the webhooks again, with the same ids and bytes."""
    for delivery in scene.deliveries():
        scene.api.ask("POST", f"{scene.sandbox_path}/deliveries/{delivery['id']}/redeliver")
    scene.settle()


def recover(scene: Scene) -> None:
    """Switch the receiver on."""
    scene.switch(True)


def until_delivered(scene: Scene) -> None:
    """Move the clock from attempt to attempt until no webhook waits; send again what was given up before."""
    for _ in range(MOST_ATTEMPTS):
        due = [delivery["next_attempt_at"] for delivery in scene.deliveries() if delivery["state"] == "scheduled"]
        if not due:
            break
        scene.advance_to(min(due))
    if scene.facts().is_given_up:
        send_again(scene)
