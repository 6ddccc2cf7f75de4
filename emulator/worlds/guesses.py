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
        self.what = f"At {provider.title}, `{choice}` instead of `{switch.choices[0]}`: {switch.meaning}."
        self.breaks = switch.breaks or self.breaks
        self.how = switch.holds or self.how
        self.provider = provider.name
        self.recipes = (switch.recipe,) if switch.recipe else ()


class OneAttempt(Guess):
    """A failed webhook is not tried again."""

    name = "one-attempt"
    what = "A webhook that fails is tried once instead of six times."
    breaks = "Code that waits for the next attempt, after it was away when the only one came."
    how = "Answer 2xx as soon as the webhook is stored, and read back what is overdue instead of relying on a retry."
    needs = "A receiver of yours that does not accept a webhook at once."
    recipes = (
        """
        for order in overdue_orders():  # every hour
            body = read_case(order.case_id)
            if $has_ended:
                decide(order, $outcome)
    """,
        """
        for order in overdue_orders():  # this API has no read: a person has to look
            call_somebody(order)
    """,
    )
    faults = (standing_fault("no_retry"),)


class IdsElsewhere(Guess):
    """Ids begin with other numbers."""

    name = "ids-elsewhere"
    what = "The ids of cases, clients, checks and documents begin 700,000 higher."
    breaks = "Tests that compare with the number that the first case happens to have, and columns that are too short."
    how = "Take ids from answers; never write down the number that the first case happened to have."
    needs = "A new case."
    recipes = (
        """
        case = sandbox.$name.create_case()
        assert shop.case_id("order-1") == $created_id  # not 1, and not 1024
    """,
    )
    id_shift = 700_000
    counted = (OPENED,)


class OtherWords(Guess):
    """Texts of errors that are assumed are worded otherwise."""

    name = "other-words"
    what = "The texts of errors that are assumed here have other words."
    breaks = "Code that looks for a text in an error that is written down nowhere."
    how = "Decide by the status, and show the text to people; compare no text that is not documented."
    needs = "A refusal whose text is assumed; docs/fidelity.md has them."
    recipes = (
        """
        if answer.status_code == $refused:  # not: if "..." in answer.text
            raise Refused($reason)
    """,
    )
    faults = (standing_fault("answer_form", how="other_words"),)


class WholeSeconds(Guess):
    """Times have no fraction."""

    name = "times-without-fraction"
    what = "No time in an answer or a webhook has a fraction of a second."
    breaks = "A format like %Y-%m-%dT%H:%M:%S.%fZ, which a whole second does not fit."
    how = "Read times with a parser of ISO 8601, not with one format."
    recipes = (
        """
        moment = datetime.fromisoformat(text)  # Python 3.11 reads the Z too; in JavaScript new Date(text)
    """,
    )
    faults = (standing_fault("answer_form", how="whole_seconds"), standing_fault("webhook_form", how="whole_seconds"))


class Microseconds(Guess):
    """Times have a fraction even where it would be zero."""

    name = "times-with-fraction"
    what = "Every time in an answer or a webhook has a fraction of a second."
    breaks = "A format like %Y-%m-%dT%H:%M:%SZ, which a fraction does not fit."
    how = WholeSeconds.how
    recipes = (
        """
        moment = datetime.fromisoformat(text)  # Python 3.11 reads the Z too; in JavaScript new Date(text)
    """,
    )
    faults = (standing_fault("answer_form", how="microseconds"), standing_fault("webhook_form", how="microseconds"))


class KeysReversed(Guess):
    """The keys of a webhook come in another order."""

    name = "webhook-keys-reversed"
    what = "The keys of every object in a webhook come in the reverse order."
    breaks = "Code that compares bytes with a sample, or takes the first field for the id."
    how = "Parse the JSON and read fields by name; compare no raw bytes."
    recipes = (
        """
        body = request.get_json()
        decide($reference, $outcome)  # by name, wherever they stand
    """,
    )
    faults = (standing_fault("webhook_form", how="keys_reversed"),)


class WebhookFirst(Guess):
    """A webhook comes before the 201."""

    name = "webhook-before-201"
    what = "A case ends, and its webhook is sent, before the create call answers; not on a clock that stands still."
    why = "The service works while the answer is on its way, and promises no order."
    breaks = "Code that stores an order when the answer has come: its webhook finds nothing and is refused."
    how = "Store the order under a reference of yours before you open the case, and find it by that reference."
    needs = "A case that ends soon on a clock that runs, and a receiver of yours."
    recipes = (
        """
        orders.add("order-1", state="waiting")  # first
        answer = open_case($ours)
        orders.note_case("order-1", $answered_id)  # then; the webhook may have been here
    """,
    )
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
