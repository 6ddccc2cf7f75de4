"""The stories of a presenter: the steps of each, with their texts, and how far one is by what is stored."""

from collections.abc import Callable, Mapping

from emulator.demo import acts
from emulator.demo.acts import Scene
from emulator.demo.facts import (
    Facts,
    delivery_sentence,
    ending_sentence,
    first_attempt_sentence,
    receiver_sentence,
    sends_sentence,
    waiting_sentence,
)
from emulator.quick_dataclass import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step: its title, its button, what it is about to do, what is true afterwards, and the function that does it.

    `tell` reads from what is stored, so that it agrees with what the page shows beside it at any time.
    """

    title: str
    button: str
    says: str
    tell: Callable[[Facts], str]
    act: Callable[[Scene], int | None]  # returns the id of the case it opened, if any


@dataclass(frozen=True, kw_only=True, slots=True)
class Story:
    """A sequence of steps about one case of one provider; `position` returns how many of them are done."""

    name: str
    title: str
    about: str
    provider: str
    steps: tuple[Step, ...]
    position: Callable[[Facts], int]


def _position_with_applicant(facts: Facts) -> int:
    if facts.case is None:
        return 0
    if not facts.has_ended:
        return 1
    return 3 if len(facts.attempts) > 1 else 2


def _position_with_receiver(facts: Facts) -> int:
    if not facts.has_ended:
        return 0
    if facts.is_delivered:
        return 4
    if len(facts.in_vain) < 3:
        return 1
    return 3 if facts.receiver_is_on else 2


OPEN = Step(
    title="Open a case",
    button="Open a case",
    says="Your application asks for a check of a new client. The webhook goes to your receiver, or else to the demo’s.",
    tell=lambda facts: "It was answered at once, with a link. The case waits for the applicant to open it.",
    act=acts.open_waiting,
)
AGAIN = Step(
    title="Send the webhook again",
    button="Send the webhook again",
    says="A network may deliver a message twice. Your application has to recognise the second one.",
    tell=sends_sentence,
    act=acts.send_again,
)


def _finish(outcome: str) -> Step:
    return Step(
        title="Finish as the applicant",
        button=f"Finish as the applicant, {outcome}",
        says="Open the link on a phone and go through it, or let this button do it.",
        tell=ending_sentence,
        act=acts.end_as(outcome),
    )


STORIES = (
    Story(
        name="approve",
        title="A client is approved",
        about="From the request to the webhook, when all is well.",
        provider="aplyid",
        steps=(OPEN, _finish("approved"), AGAIN),
        position=_position_with_applicant,
    ),
    Story(
        name="deny",
        title="A client is denied",
        about="The outcome that no live service gives on request.",
        provider="aplyid",
        steps=(OPEN, _finish("denied"), AGAIN),
        position=_position_with_applicant,
    ),
    Story(
        name="recover",
        title="The receiver is down, and recovers",
        about="Every retry is seen within a minute, because the clock can be moved.",
        provider="sphinxhq",
        steps=(
            Step(
                title="The receiver is off when a case ends",
                button="Switch the receiver off and ask for checks",
                says="Your application is being deployed just as its check ends.",
                tell=first_attempt_sentence,
                act=acts.open_for_the_receiver,
            ),
            Step(
                title="A minute goes by",
                button="Let a minute go by",
                says="The webhook is tried again after 5 seconds, 30 seconds, 2 minutes, 10 minutes and an hour.",
                tell=waiting_sentence,
                act=acts.let_go_by(60),
            ),
            Step(
                title="The receiver is on again",
                button="Switch the receiver on",
                says="The deployment is done, and your application listens again.",
                tell=receiver_sentence,
                act=acts.recover,
            ),
            Step(
                title="Time goes by until it is delivered",
                button="Let time go by until it is delivered",
                says="The clock of this sandbox is moved on; nobody has to wait.",
                tell=delivery_sentence,
                act=acts.until_delivered,
            ),
        ),
        position=_position_with_receiver,
    ),
)
BY_NAME: Mapping[str, Story] = {story.name: story for story in STORIES}


def next_after(story: Story) -> Story:
    """Return the story that follows; after the last one the first."""
    return STORIES[(STORIES.index(story) + 1) % len(STORIES)]
