"""The request bodies of Sphinx. `x-fidelity` is documented, framework or assumed (docs/fidelity.md)."""

import json
from typing import TypedDict, cast

from marshmallow import ValidationError
from marshmallow.experimental.context import Context

from emulator.core.errors import Invalid
from emulator.core.model import ClientClaim, NewCase, NewCheck, NewClient, Outcome, State
from emulator.providers.sphinxhq.drf import AnyJson, Choice, Integer, Serializer, Text, load
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
BUSINESS_CHECKS = {"UBO_RESOLUTION", "INCORPORATION_DOC", "SIGNATURE_AUTH", "FINANCIAL_STATEMENTS", "UNDERWRITING"}
OUTCOMES = {Outcome.APPROVED: "ACCEPTED", Outcome.DENIED: "REJECTED", Outcome.UNDECIDED: "PENDING"}
STATUSES = {
    State.OPEN: "PENDING",
    State.PROCESSING: "PROCESSING",
    State.COMPLETED: "COMPLETED",
    State.FAILED: "ERROR",
}
KEPT_FOR_EVER = -1
DETAILS = ("notes", "rfi", "document_ids")  # fields that are stored as they were sent, in the order of NewCaseIn
NO_CUSTOMER = "Either customer_id or customer must be provided."

DOCUMENTED = {"x-fidelity": "documented"}
REQUIRED_BY_FRAMEWORK = {"x-fidelity": "documented; that it is required is the framework's"}


def documented(description: str) -> dict[str, str]:
    """Return the metadata of a documented field with that description."""
    return {**DOCUMENTED, "description": description}


def _delete_after() -> Integer:
    """Return a field for days until deletion, 0: at once; -1 for never is not on the page of this request."""
    metadata = {"x-fidelity": "documented; -1 is assumed", "description": "days until deletion; 0: at once; -1: never"}
    return Integer(least=KEPT_FOR_EVER, most=365, metadata=metadata)


def _document_ids() -> DocumentIds:
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
    delete_after = _delete_after()


class CheckIn(Serializer):
    """one of checks"""

    check_type = Choice(CHECK_TYPES, required=True, metadata=REQUIRED_BY_FRAMEWORK)
    input_details = AnyJson(metadata=DOCUMENTED)
    document_ids = _document_ids()
    delete_after = _delete_after()


class NewCaseIn(Serializer):
    """The body of Create Case."""

    customer_id = CustomerId(metadata=documented("a customer that exists; it wins over customer"))
    customer = Object(CustomerIn, metadata=DOCUMENTED)
    webhook_url = WebhookUrl(null=True, blank=True, most=511, metadata=documented("where the finished case is sent"))
    notes = Text(metadata=DOCUMENTED)
    rfi = Text(null=True, blank=True, metadata=documented("request for information: the text of an e-mail"))
    checks = Objects(CheckIn, most=100, metadata=DOCUMENTED)
    document_ids = _document_ids()
    delete_after = _delete_after()


NEW_CASE, CUSTOMER, CHECK = NewCaseIn(), CustomerIn(), CheckIn()


class CustomerPayload(TypedDict, total=False):
    """What CustomerIn reads."""

    full_name: str
    external_id: str | None
    customer_type: str | None
    input_details: object
    delete_after: int


class CheckPayload(TypedDict, total=False):
    """What CheckIn reads."""

    check_type: str
    input_details: object
    document_ids: list[int]
    delete_after: int


class CasePayload(TypedDict, total=False):
    """What NewCaseIn reads."""

    customer_id: int
    customer: CustomerPayload
    webhook_url: str | None
    notes: str
    rfi: str | None
    checks: list[CheckPayload]
    document_ids: list[int]
    delete_after: int


def read_order(sandbox: str, body: object, known: Known) -> NewCase:
    """Return the order for a new case; raise Invalid with a map of all problems."""
    payload = _load(body, known)
    advise_unused(NEW_CASE, body, payload)
    if "customer_id" not in payload and "customer" not in payload:
        raise Invalid({"non_field_errors": [NO_CUSTOMER]})
    _advise(payload)
    assert isinstance(body, dict)  # or it would not have been loaded
    return _order(sandbox, payload, body)


def _load(body: object, known: Known) -> CasePayload:
    if body is None:
        raise Invalid({"non_field_errors": ["No data provided"]})
    try:
        with Context(known):
            return cast(CasePayload, load(NEW_CASE, body))
    except ValidationError as error:
        advise_unused(NEW_CASE, body, None)
        raise Invalid(error.messages) from error


def _advise(payload: CasePayload) -> None:
    """Point out what is accepted and has no effect."""
    if "customer_id" in payload and "customer" in payload:
        advise("customer was ignored, because customer_id wins")
    elif payload.get("customer", {}).get("delete_after", KEPT_FOR_EVER) != KEPT_FOR_EVER:
        advise("customer.delete_after is stored, but customers are not deleted")
    days = {check.get("delete_after", KEPT_FOR_EVER) for check in payload.get("checks", ())}
    if days - {KEPT_FOR_EVER}:
        advise("delete_after of checks is shown, but checks are only deleted with their case")


def _order(sandbox: str, payload: CasePayload, request: dict[str, object]) -> NewCase:
    # Read first: the claim and the checks take their fields out of the payload.
    days, of_business = payload.get("delete_after", KEPT_FOR_EVER), _is_of_business(payload)
    details = {name: value for name, value in payload.items() if name in DETAILS}
    return NewCase(
        sandbox=sandbox,
        provider="sphinxhq",
        client=_claim(payload),
        webhook_url=payload.get("webhook_url"),
        retention_days=None if days == KEPT_FOR_EVER else days,
        details=json.dumps({**details, "delete_after": days}),
        of_business=of_business,
        request=request,
        checks=tuple(
            NewCheck(kind=check.pop("check_type"), details=json.dumps(check)) for check in payload.get("checks", ())
        ),
    )


def _is_of_business(payload: CasePayload) -> bool:
    kinds = {check["check_type"] for check in payload.get("checks", ())}
    return payload.get("customer", {}).get("customer_type") == "COMPANY" or bool(kinds & BUSINESS_CHECKS)


def _claim(payload: CasePayload) -> ClientClaim:
    if "customer_id" in payload:  # wins over customer: the service's own sample sends both
        return ClientClaim(id=payload["customer_id"])
    customer = payload["customer"]
    external_id = customer.pop("external_id", None)
    name, kind = customer.pop("full_name"), customer.pop("customer_type", None)
    return ClientClaim(
        external_id=external_id,
        reuse_key=external_id or None,
        fresh=NewClient(name=name, kind=kind, details=json.dumps(customer)),
        updates=True,
    )
