"""The worlds in which the emulator lies in one way."""

from emulator.core.deviation import standing_fault
from emulator.worlds.world import Mutant


class DeniedAsApproved(Mutant):
    """Denied is told as approved."""

    name = "denied-as-approved"
    what = "A case that is denied is told to be approved."
    how = "Test that a denied customer gets nothing."
    faults = (standing_fault("told_outcome", of="denied", told="approved"),)


class ApprovedAsDenied(Mutant):
    """Approved is told as denied."""

    name = "approved-as-denied"
    what = "A case that is approved is told to be denied."
    how = "Test that an approved customer is served."
    faults = (standing_fault("told_outcome", of="approved", told="denied"),)


class UndecidedAsApproved(Mutant):
    """Undecided is told as approved."""

    name = "undecided-as-approved"
    what = "A case that ends without a decision is told to be approved."
    how = "Test what happens with a customer about whom nothing was decided."
    faults = (standing_fault("told_outcome", of="undecided", told="approved"),)


class NeverSent(Mutant):
    """No webhook."""

    name = "never-sent"
    what = "No webhook is ever sent."
    how = "Assert on what your code made of a webhook, not that nothing failed."
    faults = (standing_fault("drop"),)


class OtherCase(Mutant):
    """The webhook of another case."""

    name = "other-case"
    what = "Every webhook is about another case, with its id and reference."
    how = "Assert that the right order changed."
    faults = (standing_fault("told_case", how="other_case"),)


class OtherReference(Mutant):
    """Another reference."""

    name = "other-reference"
    what = "Every webhook names another reference than the one that was sent."
    how = "Assert that the order with your reference changed, or that the reference is the one you sent."
    faults = (standing_fault("told_case", how="other_reference"),)


class CreatedThoughInvalid(Mutant):
    """201 where a refusal was due."""

    name = "created-though-invalid"
    what = "A request with wrong fields is answered 201."
    how = "Test what your code does when a request is refused, and that it is refused."
    faults = (standing_fault("lie", how="created_though_invalid"),)


class RefusedThoughValid(Mutant):
    """A refusal where 201 was due."""

    name = "refused-though-valid"
    what = "A valid request for a new case is refused as if a field were wrong."
    how = "Assert that a case was opened."
    faults = (standing_fault("opening_lie", how="refused_though_valid"),)


class NoReuse(Mutant):
    """A known client is not reused."""

    name = "no-reuse"
    what = "A client that is known gets a second record."
    how = "Open two cases for one customer, and assert that both have the same client."
    faults = (standing_fault("opening_lie", how="no_reuse"),)


class OneClientForTwo(Mutant):
    """One client for two references."""

    name = "one-client-for-two"
    what = "A client with a new reference is taken for the client of the case before."
    how = "Open cases for two customers, and assert that they have two clients."
    faults = (standing_fault("opening_lie", how="one_client"),)


class ForeignCaseId(Mutant):
    """The id of another case."""

    name = "foreign-case-id"
    what = "The answer to a new case has the id of another case."
    how = "Assert that the case id you stored is the one that the webhook names."
    faults = (standing_fault("opening_lie", how="foreign_case_id"),)


class AnyCredential(Mutant):
    """Any credential is accepted."""

    name = "any-credential"
    what = "A wrong credential, or none, is accepted."
    how = "Test what your code does with a key that is refused."
    faults = (standing_fault("any_credential"),)


class NeverEnds(Mutant):
    """The case never ends."""

    name = "never-ends"
    what = "No case ever ends by itself."
    how = "Assert on the end of a case, not only on its beginning."
    faults = (standing_fault("opening_lie", how="never_ends"),)


class FieldsMissing(Mutant):
    """An answer without fields."""

    name = "fields-missing"
    what = "The answer to a new case is an object without fields."
    how = "Assert on what your code keeps of the answer: the id, the link."
    faults = (standing_fault("lie", how="fields_missing"),)


class Success200(Mutant):
    """200 for 201."""

    name = "200-for-201"
    what = "A new case is answered 200 instead of 201."
    how = "Demand the documented status in your client, and test what happens with another."
    faults = (standing_fault("lie", how="success_200"),)


class EmptyError(Mutant):
    """An error without a body."""

    name = "empty-error"
    what = "Every error has an empty body."
    how = "Assert on the reason that your code tells for a refusal."
    faults = (standing_fault("lie", how="empty_error"),)


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
)
