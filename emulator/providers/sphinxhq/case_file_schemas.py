"""The request bodies around Create Case: checks, customers and documents; the marks are as in `schemas`."""

import json
from collections.abc import Callable
from itertools import combinations
from typing import ClassVar, NotRequired, TypedDict, cast

from marshmallow import ValidationError

from emulator.core.case_file import AddedCheck, NewDocument
from emulator.core.checks import MOST_CHECKS
from emulator.core.errors import Invalid
from emulator.core.model import Case, Client, ClientClaim, NewClient
from emulator.providers.sphinxhq.customers import SYNC, claim_of, platforms_of
from emulator.providers.sphinxhq.drf import AnyJson, Choice, Serializer, Text
from emulator.providers.sphinxhq.payloads import CheckPayload, CustomerPayload, retention_of
from emulator.providers.sphinxhq.relations import CaseId, CheckId, CustomerId, Known, known
from emulator.providers.sphinxhq.schemas import (
    CHECK_TYPES,
    CUSTOMER_TYPES,
    DOCUMENTED,
    PROVIDER,
    CustomerIn,
    delete_after,
    document_ids,
    documented,
    is_of_business,
    load_body,
    new_check,
)
from emulator.providers.sphinxhq.uploads import File, Upload

FULL = f"A case has no more than {MOST_CHECKS} checks."
UNIQUE = "This field must be unique."
TAKEN = Invalid({"external_id": [UNIQUE]})
ONE_PARENT = "Provide only one of case_id, check_id and customer_id."
PARENTS = ("case_id", "check_id", "customer_id")
BLANK_KEY = "is blank: this customer is never found by it"


class ExternalId(Text):
    """The integrator's own reference of a customer, which no other customer may have."""

    def read(self, value: object) -> str:
        external_id = super().read(value)
        if external_id and known().is_taken(external_id):
            raise ValidationError(UNIQUE)
        return external_id

    def doubt(self, external_id: str | None) -> str | None:
        """Return what a blank reference means."""
        return BLANK_KEY if external_id == "" else None


class NewCheckIn(Serializer):
    """The body that adds a check to a case."""

    case_id = CaseId(required=True, metadata=documented("a case that exists and is not archived"))
    check_type = Choice(CHECK_TYPES, metadata=DOCUMENTED)
    input_details = AnyJson(metadata=DOCUMENTED)
    document_ids = document_ids()
    delete_after = delete_after()


class NewCustomerIn(CustomerIn):
    """The body of Create Customer."""

    external_id = ExternalId(null=True, blank=True, most=255, metadata=documented("one that no customer has yet"))


class CustomerUpdateIn(Serializer):
    """The body of Update Customer: the reference picks the customer, what else is sent changes."""

    external_id = Text(required=True, most=255, metadata=documented("of the customer to change"))
    full_name = Text(most=255, metadata=DOCUMENTED)
    customer_type = Choice(CUSTOMER_TYPES, null=True, blank=True, metadata=DOCUMENTED)
    input_details = AnyJson(metadata=DOCUMENTED)
    delete_after = delete_after()


class DocumentIn(Serializer):
    """The body of Upload Document."""

    class Meta(Serializer.Meta):
        # At most one of the three: none of the pairs.
        together: ClassVar[dict[str, object]] = {
            "not": {"anyOf": [{"required": list(pair)} for pair in combinations(PARENTS, 2)]}
        }

    file = File(
        required=True,
        metadata={
            "x-fidelity": "documented; that Base64 without the head of a data URI is taken is assumed",
            "description": "Base64, with or without data:<type>;base64, before it; at most 10 MB once decoded",
        },
    )
    original_name = Text(required=True, most=255, metadata=DOCUMENTED)
    case_id = CaseId(metadata=documented("what it belongs to; at most one of the three"))
    check_id = CheckId(metadata=documented("what it belongs to; at most one of the three"))
    customer_id = CustomerId(metadata=documented("what it belongs to; at most one of the three"))
    delete_after = delete_after()


class AddedCheckPayload(CheckPayload):
    """What NewCheckIn reads."""

    case_id: int


class CustomerUpdatePayload(TypedDict):
    """What CustomerUpdateIn reads."""

    external_id: str
    full_name: NotRequired[str]
    customer_type: NotRequired[str | None]
    input_details: NotRequired[object]
    delete_after: NotRequired[int]
    sync_platforms: NotRequired[list[dict[str, object]]]


class DocumentPayload(TypedDict):
    """What DocumentIn reads."""

    file: Upload
    original_name: str
    case_id: NotRequired[int]
    check_id: NotRequired[int]
    customer_id: NotRequired[int]
    delete_after: NotRequired[int]


def read_check(
    schema: Serializer, sandbox: str, body: object, present: Known, starts: Callable[[Case], bool]
) -> AddedCheck:
    """Return the order for a further check; raise Invalid with a map of all problems."""
    payload = cast(AddedCheckPayload, load_body(schema, body, present))
    case_id = payload["case_id"]
    return AddedCheck(
        sandbox=sandbox,
        provider=PROVIDER,
        case_id=case_id,
        check=new_check(payload),
        of_business=is_of_business(None, [payload.get("check_type")]),
        request=body,
        unknown=Invalid({"case_id": [f'Invalid pk "{case_id}" - object does not exist.']}),
        full=Invalid({"case_id": [FULL]}),
        starts=starts,
    )


def read_customer(schema: Serializer, body: object, present: Known) -> ClientClaim:
    """Return the customer to create; raise Invalid with a map of all problems."""
    return claim_of(cast(CustomerPayload, load_body(schema, body, present)))


def read_customer_update(schema: Serializer, body: object, present: Known) -> CustomerUpdatePayload:
    """Return the customer to change, and its changes; raise Invalid with a map of all problems."""
    return cast(CustomerUpdatePayload, load_body(schema, body, present))


def changed_customer(update: CustomerUpdatePayload, before: Client) -> NewClient:
    """Return what is known of a customer after a change; what was not sent stays."""
    details = {"input_details": json.loads(before.details).get("input_details")}
    if "input_details" in update:
        details["input_details"] = update["input_details"]
    platforms = update.get(SYNC, platforms_of(before))
    if platforms is not None:
        details[SYNC] = platforms
    return NewClient(
        name=update.get("full_name", before.name),
        kind=update.get("customer_type", before.kind),
        details=json.dumps(details),
        retention_days=retention_of(update) if "delete_after" in update else before.retention_days,
    )


def read_document(schema: Serializer, body: object, present: Known) -> NewDocument:
    """Return the document to keep; raise Invalid with a map of all problems."""
    payload = cast(DocumentPayload, load_body(schema, body, present))
    if sum(name in payload for name in PARENTS) > 1:
        raise Invalid({"non_field_errors": [ONE_PARENT]})
    file = payload["file"]
    return NewDocument(
        name=payload["original_name"],
        media_type=file.media_type,
        size=file.size,
        digest=file.digest,
        case_id=payload.get("case_id"),
        check_id=payload.get("check_id"),
        client_id=payload.get("customer_id"),
        retention_days=retention_of(payload),
    )
