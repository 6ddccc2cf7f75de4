"""What is sent to Sphinx and what is answered. Marks: documented, framework or assumed (docs/fidelity.md)."""

import json
from typing import Any

from marshmallow import ValidationError
from marshmallow.experimental.context import Context

from emulator.core.errors import Invalid
from emulator.core.model import ClientClaim, NewCase, NewCheck, NewClient, Outcome, State
from emulator.providers.sphinxhq.drf import AnyJson, Choice, Integer, Serializer, Text, load
from emulator.providers.sphinxhq.relations import CustomerId, DocumentIds, Known, Object, Objects
from emulator.web.advice import advise_unknown_keys

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
# What is only asked of a business; such a set takes minutes, one of the others a minute and a half (documented).
BUSINESS_CHECKS = {"UBO_RESOLUTION", "INCORPORATION_DOC", "SIGNATURE_AUTH", "FINANCIAL_STATEMENTS", "UNDERWRITING"}
OUTCOMES = {Outcome.APPROVED: "ACCEPTED", Outcome.DENIED: "REJECTED", Outcome.UNDECIDED: "PENDING"}
STATUSES = {
    State.OPEN: "PENDING",
    State.PROCESSING: "PROCESSING",
    State.COMPLETED: "COMPLETED",
    State.FAILED: "ERROR",
}
KEPT_FOR_EVER = -1
NO_CUSTOMER = "Either customer_id or customer must be provided."

DOCUMENTED = {"x-fidelity": "documented"}


def documented(told: str) -> dict[str, str]:
    """The mark of a documented field, with what its page says about it."""
    return {**DOCUMENTED, "description": told}


def _delete_after() -> Integer:
    """Days until deletion, 0 at once; -1 for never comes from later pages."""
    told = {"x-fidelity": "documented; -1 is assumed", "description": "days until deletion; 0: at once; -1: never"}
    return Integer(least=KEPT_FOR_EVER, most=365, metadata=told)


def _document_ids() -> DocumentIds:
    told = {"x-fidelity": "documented; the bound is assumed", "description": "documents to link; they must exist"}
    return DocumentIds(most=1000, metadata=told)


class CustomerIn(Serializer):
    """customer"""

    full_name = Text(required=True, most=255, metadata=DOCUMENTED)
    external_id = Text(null=True, blank=True, most=255, metadata=documented("a known one updates that customer"))
    customer_type = Choice(CUSTOMER_TYPES, null=True, blank=True, metadata=DOCUMENTED)
    input_details = AnyJson(metadata=DOCUMENTED)
    delete_after = _delete_after()


class CheckIn(Serializer):
    """one of checks"""

    check_type = Choice(CHECK_TYPES, required=True, metadata=DOCUMENTED)
    input_details = AnyJson(metadata=DOCUMENTED)
    document_ids = _document_ids()
    delete_after = _delete_after()


class NewCaseIn(Serializer):
    """The body of Create Case."""

    customer_id = CustomerId(metadata=documented("a customer that exists; it wins over customer"))
    customer = Object(CustomerIn, metadata=DOCUMENTED)
    webhook_url = Text(null=True, blank=True, most=511, metadata=documented("where the finished case is sent"))
    notes = Text(metadata=DOCUMENTED)
    rfi = Text(null=True, blank=True, metadata=documented("request for information: the text of an e-mail"))
    checks = Objects(CheckIn, most=100, metadata=DOCUMENTED)
    document_ids = _document_ids()
    delete_after = _delete_after()


NEW_CASE, CUSTOMER, CHECK = NewCaseIn(), CustomerIn(), CheckIn()


def read_order(sandbox: str, value: Any, known: Known) -> NewCase:
    """The order a request makes; raises Invalid with a map of all that is wrong."""
    if value is None:
        raise Invalid({"non_field_errors": ["No data provided"]})
    try:
        with Context(known):
            asked = load(NEW_CASE, value)
    except ValidationError as error:
        raise Invalid(error.messages) from error
    if "customer_id" not in asked and "customer" not in asked:
        raise Invalid({"non_field_errors": [NO_CUSTOMER]})
    _advise(value)
    return _order(sandbox, asked, value)


def _advise(value: dict[str, Any]) -> None:
    advise_unknown_keys(value, NEW_CASE.fields.keys())
    if "customer" in value:
        advise_unknown_keys(value["customer"], CUSTOMER.fields.keys(), "customer.")
    for index, check in enumerate(value.get("checks", ())):
        advise_unknown_keys(check, CHECK.fields.keys(), f"checks[{index}].")


def _order(sandbox: str, asked: dict[str, Any], request: dict[str, Any]) -> NewCase:
    days, of_business = asked.get("delete_after", KEPT_FOR_EVER), _is_of_business(asked)
    kept = {name: asked[name] for name in ("notes", "rfi", "document_ids") if name in asked}
    return NewCase(
        sandbox=sandbox,
        provider="sphinxhq",
        client=_claim(asked),
        webhook_url=asked.get("webhook_url"),
        retention_days=None if days == KEPT_FOR_EVER else days,
        details=json.dumps({**kept, "delete_after": days}),
        of_business=of_business,
        request=request,
        checks=tuple(
            NewCheck(kind=check.pop("check_type"), details=json.dumps(check)) for check in asked.get("checks", ())
        ),
    )


def _is_of_business(asked: dict[str, Any]) -> bool:
    kinds = {check["check_type"] for check in asked.get("checks", ())}
    return asked.get("customer", {}).get("customer_type") == "COMPANY" or bool(kinds & BUSINESS_CHECKS)


def _claim(asked: dict[str, Any]) -> ClientClaim:
    if "customer_id" in asked:  # it wins: the service's own sample sends both
        return ClientClaim(id=asked["customer_id"])
    customer = asked["customer"]
    external_id = customer.pop("external_id", None)
    name, kind = customer.pop("full_name"), customer.pop("customer_type", None)
    return ClientClaim(
        external_id=external_id,
        reuse_key=external_id or None,
        fresh=NewClient(name=name, kind=kind, details=json.dumps(customer)),
        updates=True,
    )
