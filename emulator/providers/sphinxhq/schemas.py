"""The request bodies of Sphinx. `x-fidelity` is documented, framework or assumed (docs/fidelity.md)."""

from collections.abc import Iterable
from typing import Any, cast

from marshmallow import ValidationError
from marshmallow.experimental.context import Context

from emulator.core.checks import MOST_CHECKS
from emulator.core.errors import Invalid
from emulator.core.model import NewCase, NewCheck, Outcome, State
from emulator.providers.sphinxhq.customers import claim_for
from emulator.providers.sphinxhq.drf import AnyJson, Choice, Integer, Serializer, Text, load
from emulator.providers.sphinxhq.payloads import KEPT_FOR_EVER, CasePayload, CheckPayload, retention_of, write_details
from emulator.providers.sphinxhq.relations import CustomerId, DocumentIds, Known, Object, Objects
from emulator.web.advice import advise
from emulator.web.unused_input import advise_unused

CUSTOMER_TYPES = ("INDIVIDUAL", "COMPANY")
CHECK_TYPES = (
    "PEP",
    "SANCTION",
    "BLACKLIST",
    "ADVERSE_MEDIA",
    "IDV",
    "WEB_PRESENCE",
    "UBO_RESOLUTION",
    "THREE_MONTHS_BANK_STATEMENT",
    "INCORPORATION_DOC",
    "PROOF_OF_ADDRESS",
    "PROOF_OF_FUNDS",
    "SIGNATURE_AUTH",
    "FINANCIAL_STATEMENTS",
    "UNDERWRITING",
    "TRANSACTION_MONITORING",
)
# Checks of a business only; a case with one takes minutes, any other a minute and a half (documented).
BUSINESS_CHECKS = frozenset(
    {
        *("UBO_RESOLUTION", "INCORPORATION_DOC", "SIGNATURE_AUTH", "FINANCIAL_STATEMENTS", "UNDERWRITING"),
        *("SIGNING_AUTHORITY", "BALANCE_SHEETS", "INCOME_STATEMENTS", "ARTICLES_OF_ASSOCIATION", "COMMERCIAL_EXTRACT"),
        *("SHAREHOLDER_LIST", "INCORPORATION_DOCUMENT", "MEETING_MINUTES", "KYB_PROOF_OF_IDENTITY"),
        *("KYB_BANK_STATEMENT", "KYB_PROOF_OF_ADDRESS", "KYB_TAX_DOCUMENTS"),
    }
)
OUTCOMES = {Outcome.APPROVED: "ACCEPTED", Outcome.DENIED: "REJECTED", Outcome.UNDECIDED: "PENDING"}
STATUSES = {
    State.WAITING: "PENDING",
    State.OPEN: "PENDING",
    State.PROCESSING: "PROCESSING",
    State.COMPLETED: "COMPLETED",
    State.FAILED: "ERROR",
}
PROVIDER = "sphinxhq"
DETAILS = ("notes", "rfi", "document_ids")  # fields that are stored as they were sent, in the order of NewCaseIn
NO_CUSTOMER = "Either customer_id or customer must be provided."

DOCUMENTED = {"x-fidelity": "documented"}
REQUIRED_BY_FRAMEWORK = {"x-fidelity": "documented; that it is required is the framework's"}


def documented(description: str) -> dict[str, str]:
    """Return the metadata of a documented field with that description."""
    return {**DOCUMENTED, "description": description}


def delete_after() -> Integer:
    """Return a field for days until deletion, 0: at once; -1 for never is not on the page of this request."""
    metadata = {"x-fidelity": "documented; -1 is assumed", "description": "days until deletion; 0: at once; -1: never"}
    return Integer(least=KEPT_FOR_EVER, most=365, metadata=metadata)


def document_ids() -> DocumentIds:
    """Return a field for the ids of documents to link."""
    metadata = {"x-fidelity": "documented; the bound is assumed", "description": "documents to link; they must exist"}
    return DocumentIds(most=1000, metadata=metadata)


class WebhookUrl(Text):
    """A receiver, as any text: no address is refused."""

    def doubt(self, url: str | None) -> str | None:
        """Return what a blank address means."""
        return "is blank: no webhook is sent" if url == "" else None


class CustomerIn(Serializer):
    """customer"""

    full_name = Text(required=True, most=255, metadata=DOCUMENTED)
    external_id = Text(null=True, blank=True, most=255, metadata=documented("a known one updates that customer"))
    customer_type = Choice(CUSTOMER_TYPES, null=True, blank=True, metadata=DOCUMENTED)
    input_details = AnyJson(metadata=DOCUMENTED)
    delete_after = delete_after()


class CheckIn(Serializer):
    """one of checks"""

    check_type = Choice(CHECK_TYPES, required=True, metadata=REQUIRED_BY_FRAMEWORK)
    input_details = AnyJson(metadata=DOCUMENTED)
    document_ids = document_ids()
    delete_after = delete_after()


class NewCaseIn(Serializer):
    """The body of Create Case."""

    customer_id = CustomerId(metadata=documented("a customer that exists; it wins over customer"))
    customer = Object(CustomerIn, metadata=DOCUMENTED)
    webhook_url = WebhookUrl(null=True, blank=True, most=511, metadata=documented("where the finished case is sent"))
    notes = Text(metadata=DOCUMENTED)
    rfi = Text(null=True, blank=True, metadata=documented("request for information: the text of an e-mail"))
    checks = Objects(CheckIn, most=MOST_CHECKS, metadata=DOCUMENTED)
    document_ids = document_ids()
    delete_after = delete_after()


def read_order(schema: Serializer, sandbox: str, body: object, known: Known) -> NewCase:
    """Return the order for a new case; raise Invalid with a map of all problems."""
    payload = cast(CasePayload, load_body(schema, body, known))
    judge_customer(payload)
    assert isinstance(body, dict)  # or it would not have been loaded
    return _order(sandbox, payload, body)


def judge_customer(payload: CasePayload) -> None:
    """Raise Invalid for a case that names no customer; advise where it names two."""
    if "customer_id" not in payload and "customer" not in payload:
        raise Invalid({"non_field_errors": [NO_CUSTOMER]})
    if "customer_id" in payload and "customer" in payload:
        advise("customer was ignored, because customer_id wins")


def load_body(schema: Serializer, body: object, known: Known) -> dict[str, Any]:
    """Return what a serializer reads from a body, and advise of what it does not use; raise Invalid."""
    if body is None:
        raise Invalid({"non_field_errors": ["No data provided"]})
    try:
        with Context(known):
            payload = load(schema, body)
    except ValidationError as error:
        advise_unused(schema, body, None)
        raise Invalid(error.messages) from error
    advise_unused(schema, body, payload)
    return payload


def _order(sandbox: str, payload: CasePayload, request: dict[str, object]) -> NewCase:
    details = {name: value for name, value in payload.items() if name in DETAILS}
    kinds = [check.get("check_type") for check in payload.get("checks", ())]
    return NewCase(
        sandbox=sandbox,
        provider=PROVIDER,
        client=claim_for(payload),
        webhook_url=payload.get("webhook_url"),
        retention_days=retention_of(payload),
        details=write_details({**details, "delete_after": payload.get("delete_after", KEPT_FOR_EVER)}),
        of_business=is_of_business(payload.get("customer", {}).get("customer_type"), kinds),
        request=request,
        checks=tuple(map(new_check, payload.get("checks", ()))),
        documents=each_once(payload.get("document_ids", ())),
    )


def new_check(payload: CheckPayload) -> NewCheck:
    """Return the check that a request orders."""
    details = {name: value for name, value in payload.items() if name not in ("check_type", "case_id")}
    return NewCheck(
        kind=payload.get("check_type"),
        details=write_details(details),
        retention_days=retention_of(payload),
        documents=each_once(payload.get("document_ids", ())),
    )


def each_once(ids: Iterable[int]) -> tuple[int, ...]:
    """Return ids in their order, without repetitions."""
    return tuple(dict.fromkeys(ids))


def is_of_business(customer_type: str | None, kinds: Iterable[str | None]) -> bool:
    """Return whether a case with these checks takes as long as that of a company."""
    return customer_type == "COMPANY" or not BUSINESS_CHECKS.isdisjoint(kinds)
