"""The worlds in which the emulator lies in one answer: about a request, a new case or a credential."""

from emulator.core.deviation import standing_fault
from emulator.worlds.world import Mutant


class CreatedThoughInvalid(Mutant):
    """201 where a refusal was due."""

    name = "created-though-invalid"
    what = "A request with wrong fields is answered 201."
    breaks = "Every test sends what is valid."
    how = "Test what your code does when a request is refused, and that it is refused."
    needs = "A request for a case whose fields are refused."
    recipes = (
        """
        status, answer = sandbox.$name.send($invalid)
        assert status == $refused
        assert shop.order("order-1", name="") == "refused"  # what your code makes of it
    """,
    )
    faults = (standing_fault("lie", how="created_though_invalid"),)


class RefusedThoughValid(Mutant):
    """A refusal where 201 was due."""

    name = "refused-though-valid"
    what = "A valid request for a new case is refused as if a field were wrong."
    breaks = "The tests go on without a case, and something else makes them green."
    how = "Assert that a case was opened."
    recipes = (
        """
        sandbox.$name.create_case()  # raises NotCreated unless it is answered 201
        assert shop.order("order-1") == "waiting"
    """,
    )
    faults = (standing_fault("opening_lie", how="refused_though_valid"),)


class NoReuse(Mutant):
    """A known client is not reused."""

    name = "no-reuse"
    what = "A client that is known gets a second record."
    breaks = "No customer orders twice."
    how = "Open two cases for one customer, and assert that both have the same client."
    needs = "Two cases of one customer."
    recipes = (
        """
        first, second = (sandbox.$name.create_case($mary) for _ in range(2))
        assert first$client_id == second$client_id
    """,
    )
    faults = (standing_fault("opening_lie", how="no_reuse"),)


class OneClientForTwo(Mutant):
    """One client for two references."""

    name = "one-client-for-two"
    what = "A client with a new reference is taken for the client of the case before."
    breaks = "There is one customer in every test."
    how = "Open cases for two customers, and assert that they have two clients."
    needs = "Cases of two customers, each with a reference."
    recipes = (
        """
        mary, jo = sandbox.$name.create_case($mary), sandbox.$name.create_case($jo)
        assert mary$client_id != jo$client_id
    """,
    )
    faults = (standing_fault("opening_lie", how="one_client"),)


class ForeignCaseId(Mutant):
    """The id of another case."""

    name = "foreign-case-id"
    what = "The answer to a new case has the id of another case."
    breaks = "No test compares the id that was stored with the one that a webhook names."
    how = "Assert that the case id you stored is the one that the webhook names."
    recipes = (
        """
        shop.order("order-1")
        body = sandbox.webhooks.wait(provider="$name", skip=True).json
        assert shop.case_id("order-1") == $case_id
    """,
    )
    faults = (standing_fault("opening_lie", how="foreign_case_id"),)


class AnyCredential(Mutant):
    """Any credential is accepted."""

    name = "any-credential"
    what = "A wrong credential, or none, is accepted."
    breaks = "Every test comes with a key that is right."
    how = "Test what your code does with a key that is refused."
    needs = "A request whose key is refused."
    recipes = (
        """
        shop = Shop($wrong_key)
        with pytest.raises(NotAllowed):
            shop.order("order-1")
    """,
    )
    faults = (standing_fault("any_credential"),)


class FieldsMissing(Mutant):
    """An answer without fields."""

    name = "fields-missing"
    what = "The answer to a new case is an object without fields."
    breaks = "Nobody looks at what is kept of the answer."
    how = "Assert on what your code keeps of the answer: the id, the link."
    recipes = (
        """
        shop.order("order-1")
        assert shop.case_id("order-1") == sandbox.cases.all()[0]["id"]
    """,
    )
    faults = (standing_fault("lie", how="fields_missing"),)


class Success200(Mutant):
    """200 for 201."""

    name = "200-for-201"
    what = "A new case is answered 200 instead of 201."
    breaks = "Your code takes any 2xx, or no test looks."
    how = "Demand the documented status in your client, and test what happens with another."
    recipes = (
        """
        answer = requests.post(url, json=order, headers=key)
        if answer.status_code != 201:
            raise NotAvailable(answer.status_code)
    """,
    )
    faults = (standing_fault("lie", how="success_200"),)


class ForgottenChange(Mutant):
    """A change is told and not made."""

    name = "forgotten-change"
    what = "A change of a case is answered as if it had been made, and is not made."
    breaks = "No test reads a case again after it was changed."
    how = "Read what you changed, and assert that it is there."
    needs = "A change of a case (PATCH), which only Sphinx' current generation has."
    recipes = ("$change_recipe",)
    faults = (standing_fault("change_forgotten"),)


class TokenNeverEnds(Mutant):
    """A token is accepted after its end."""

    name = "token-never-ends"
    what = "An access token is accepted after its end, whatever it promised."
    breaks = "Every test is over before its token is."
    how = "Move the clock past the end of a token, and assert that your code asked for another."
    needs = "A token of the token endpoint that is used after it has ended; keys `test_<name>` never end."
    recipes = ("$outlived_recipe",)
    faults = (standing_fault("token_outlives"),)


class EmptyError(Mutant):
    """An error without a body."""

    name = "empty-error"
    what = "Every error has an empty body."
    breaks = "No test looks at the reason of a refusal."
    how = "Assert on the reason that your code tells for a refusal."
    needs = "A request that is refused."
    recipes = (
        """
        assert "$words" in shop.reason_of_refusal("order-1", $invalid)
    """,
    )
    faults = (standing_fault("lie", how="empty_error"),)
