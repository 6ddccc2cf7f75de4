"""The worlds in which the emulator lies: about how a case ended here, in one answer in `answer_mutants.py`."""

from emulator.core.deviation import standing_fault
from emulator.worlds.answer_mutants import (
    AnyCredential,
    CreatedThoughInvalid,
    EmptyError,
    FieldsMissing,
    ForeignCaseId,
    ForgottenChange,
    NoReuse,
    OneClientForTwo,
    RefusedThoughValid,
    Success200,
    TokenNeverEnds,
)
from emulator.worlds.world import Mutant


class DeniedAsApproved(Mutant):
    """Denied is told as approved."""

    name = "denied-as-approved"
    what = "A case that is denied is told to be approved."
    breaks = "No test looks at an order whose customer was denied."
    how = "Test that a denied customer gets nothing."
    needs = "A case that ends denied; the inbox will do."
    recipes = (
        """
        sandbox.outcomes.next("denied", provider="$name")
        shop.order("order-1")
        sandbox.webhooks.wait($wanted, skip=True)
        assert shop.state("order-1") == "cancelled"
    """,
    )
    faults = (standing_fault("told_outcome", of="denied", told="approved"),)


class ApprovedAsDenied(Mutant):
    """Approved is told as denied."""

    name = "approved-as-denied"
    what = "A case that is approved is told to be denied."
    breaks = "No test looks at an order whose customer was approved."
    how = "Test that an approved customer is served."
    needs = "A case that ends approved; the inbox will do."
    recipes = (
        """
        shop.order("order-1")
        sandbox.webhooks.wait($wanted, skip=True)
        assert shop.state("order-1") == "deliver"
    """,
    )
    faults = (standing_fault("told_outcome", of="approved", told="denied"),)


class UndecidedAsApproved(Mutant):
    """Undecided is told as approved."""

    name = "undecided-as-approved"
    what = "A case that ends without a decision is told to be approved."
    breaks = "No test has a case that ends without a decision."
    how = "Test what happens with a customer about whom nothing was decided."
    needs = "A case that ends undecided; the inbox will do."
    recipes = (
        """
        sandbox.outcomes.next("undecided", provider="$name")
        shop.order("order-1")
        sandbox.webhooks.wait($wanted, skip=True)
        assert shop.state("order-1") == "call the customer"
    """,
    )
    faults = (standing_fault("told_outcome", of="undecided", told="approved"),)


class NeverSent(Mutant):
    """No webhook."""

    name = "never-sent"
    what = "No webhook is ever sent."
    breaks = "The tests look at what is true before a webhook too."
    how = "Assert on what your code made of a webhook, not that nothing failed."
    needs = "A case that ends; the inbox will do."
    recipes = (
        """
        sandbox.webhooks.wait($wanted, skip=True)  # raises when none comes
        assert shop.state("order-1") == "deliver"  # and not: != "failed"
    """,
    )
    faults = (standing_fault("drop"),)


class OtherCase(Mutant):
    """The webhook of another case."""

    name = "other-case"
    what = "Every webhook is about another case, with its id and reference."
    breaks = "With one order at a time, any webhook is the right one."
    how = "Assert that the right order changed."
    needs = "A case that ends; the inbox will do."
    recipes = (
        """
        shop.order("order-1")
        shop.order("order-2")
        sandbox.webhooks.wait($wanted, skip=True)
        assert shop.state("order-1") == "deliver"
    """,
    )
    faults = (standing_fault("told_case", how="other_case"),)


class OtherReference(Mutant):
    """Another reference."""

    name = "other-reference"
    what = "Every webhook names another reference than the one that was sent."
    breaks = "No test compares the reference of a webhook with the one that was sent."
    how = "Assert that the order with your reference changed, or that the reference is the one you sent."
    needs = "A case that ends; the inbox will do."
    recipes = (
        """
        webhook = sandbox.webhooks.wait($wanted, skip=True)
        body = webhook.json
        assert $reference == "order-1"
    """,
    )
    faults = (standing_fault("told_case", how="other_reference"),)


class NeverEnds(Mutant):
    """The case never ends."""

    name = "never-ends"
    what = "No case ever ends by itself."
    breaks = "The tests end when a case is open."
    how = "Assert on the end of a case, not only on its beginning."
    needs = "A case that would end."
    recipes = (
        """
        shop.order("order-1")
        sandbox.webhooks.wait($wanted, skip=True)  # raises when nothing more is due
        assert shop.state("order-1") == "deliver"
    """,
    )
    faults = (standing_fault("opening_lie", how="never_ends"),)


MUTANTS: tuple[type[Mutant], ...] = (
    DeniedAsApproved,
    ApprovedAsDenied,
    UndecidedAsApproved,
    NeverSent,
    OtherCase,
    OtherReference,
    CreatedThoughInvalid,
    RefusedThoughValid,
    NoReuse,
    OneClientForTwo,
    ForeignCaseId,
    AnyCredential,
    NeverEnds,
    FieldsMissing,
    Success200,
    EmptyError,
    ForgottenChange,
    TokenNeverEnds,
)
