"""The worlds in which a guess about a service is made otherwise: each choice of each switch, and what else can turn."""

from collections.abc import Iterator

from emulator.app import PROVIDERS
from emulator.core.cases import OPENED
from emulator.core.deviation import standing_fault
from emulator.web.extras import Switch
from emulator.web.provider import Provider
from emulator.worlds.world import Guess, World


class Switched(Guess):
    """A switch of a provider stands at a choice that is not its default."""

    def __init__(self, provider: Provider, switch: Switch, choice: str) -> None:
        self.name = self.switch = f"{provider.name}.{switch.name}={choice}"
        self.counted = (f"{provider.name}.{switch.name}",)
        self.what = f"{provider.title}: {switch.meaning} is `{choice}` instead of `{switch.choices[0]}`."


class OneAttempt(Guess):
    """A failed webhook is not tried again."""

    name = "one-attempt"
    what = "A webhook that fails is tried once instead of six times."
    how = "Answer 2xx as soon as the webhook is stored, and read back what is overdue instead of relying on a retry."
    faults = (standing_fault("no_retry"),)


class IdsElsewhere(Guess):
    """Ids begin with other numbers."""

    name = "ids-elsewhere"
    what = "The ids of cases, clients, checks and documents begin 700,000 higher."
    how = "Take ids from answers; never write down the number that the first case happened to have."
    id_shift = 700_000
    counted = (OPENED,)


class OtherWords(Guess):
    """Texts of errors that are assumed are worded otherwise."""

    name = "other-words"
    what = "The texts of errors that are assumed here have other words."
    how = "Decide by the status, and show the text to people; compare no text that is not documented."
    faults = (standing_fault("answer_form", how="other_words"),)


class WholeSeconds(Guess):
    """Times have no fraction."""

    name = "times-without-fraction"
    what = "No time in an answer or a webhook has a fraction of a second."
    how = "Read times with a parser of ISO 8601, not with one format."
    faults = (standing_fault("answer_form", how="whole_seconds"), standing_fault("webhook_form", how="whole_seconds"))


class Microseconds(Guess):
    """Times have a fraction even where it would be zero."""

    name = "times-with-fraction"
    what = "Every time in an answer or a webhook has a fraction of a second."
    how = WholeSeconds.how
    faults = (standing_fault("answer_form", how="microseconds"), standing_fault("webhook_form", how="microseconds"))


class KeysReversed(Guess):
    """The keys of a webhook come in another order."""

    name = "webhook-keys-reversed"
    what = "The keys of every object in a webhook come in the reverse order."
    how = "Parse the JSON and read fields by name; compare no raw bytes."
    faults = (standing_fault("webhook_form", how="keys_reversed"),)


class WebhookFirst(Guess):
    """A webhook comes before the 201."""

    name = "webhook-before-201"
    what = "A case ends, and its webhook is sent, before the create call answers; not on a clock that stands still."
    why = "The service works while the answer is on its way, and promises no order."
    how = "Store the order under a reference of yours before you open the case, and find it by that reference."
    faults = (standing_fault("early"),)


OTHERS: tuple[type[Guess], ...] = (
    OneAttempt,
    IdsElsewhere,
    OtherWords,
    WholeSeconds,
    Microseconds,
    KeysReversed,
    WebhookFirst,
)


def guesses() -> Iterator[World]:
    """Yield these worlds, the switches first."""
    for provider in PROVIDERS:
        for switch in provider.switches:
            yield from (Switched(provider, switch, choice) for choice in switch.choices[1:])
    yield from (world() for world in OTHERS)
