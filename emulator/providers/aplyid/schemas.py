"""The request bodies of APLYiD Workflow. `x-fidelity` is documented, framework or assumed (docs/fidelity.md)."""

import json
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from emulator.core.errors import Invalid
from emulator.core.model import Client, ClientClaim, NewCase, NewClient, Outcome, State
from emulator.providers.aplyid import rails, ruby
from emulator.providers.aplyid.columns import CountryCode, Date, NationalNumber, Status
from emulator.providers.aplyid.rails import Attributes, Choice, Decimal, Record, Text
from emulator.web.advice import advise
from emulator.web.json_text import writer
from emulator.web.unused_input import advise_unused

STATUSES = ("in_progress", "in_review", "on_hold", "to_do", "completed", "cancelled")
CLIENT_TYPES = ("individual", "company", "trust", "charity", "estate", "society", "joint")
APPROVALS = {Outcome.APPROVED: "approved", Outcome.DENIED: "denied", Outcome.UNDECIDED: "no_decision_yet"}

BY_ITSELF = "here in_progress ends by itself, for convenience; at the service a person marks the case complete"

DOCUMENTED = {"x-fidelity": "documented"}
LENGTH_ASSUMED = {"x-fidelity": "documented; its length is assumed"}


def documented(description: str) -> dict[str, str]:
    """Return the metadata of a documented field with that description."""
    return {**DOCUMENTED, "description": description}


class AddressIn(Record):
    """activity.address_attributes"""

    country_code = CountryCode(required=True, most=3, metadata=documented("ISO 3166-1 alpha-3"))
    address_line_1 = Text(required=True, most=128, metadata=DOCUMENTED)
    state = Text(required=True, most=128, metadata=DOCUMENTED)
    postcode = Text(rails.matches("[A-Za-z0-9 -]{2,16}"), required=True, metadata=DOCUMENTED)
    address_line_2 = Text(most=128, metadata=DOCUMENTED)
    suburb = Text(most=128, metadata=DOCUMENTED)


class ActivityIn(Record):
    """activity"""

    address_attributes = Attributes(AddressIn, metadata=DOCUMENTED)
    name = Text(required=True, most=50, metadata=DOCUMENTED)
    nature = Text(required=True, most=500, metadata=DOCUMENTED)
    max_transaction_value = Decimal(metadata=DOCUMENTED)
    status = Status(rails.included(STATUSES), load_default="in_progress", metadata=documented(BY_ITSELF))
    external_id = Text(
        most=255, metadata={**LENGTH_ASSUMED, "description": "your reference; without it no webhook is ever sent"}
    )


class PersonIn(Record):
    """client.clientable_attributes of an individual"""

    firstname = Text(required=True, metadata=DOCUMENTED)
    lastname = Text(required=True, metadata=DOCUMENTED)
    middle_name = Text(metadata=DOCUMENTED)
    date_of_birth = Date(metadata=DOCUMENTED)


class PhoneIn(Record):
    """client.contact_phone_attributes"""

    phone_country_code = Text(
        rails.matches(r"\+?\d+"), required=True, metadata=documented("digits, a leading + is accepted")
    )
    phone_number = NationalNumber(required=True, metadata=documented("the national number; one leading 0 is removed"))


class ClientIn(Record):
    """client, where it is a new one"""

    contact_phone_attributes = Attributes(PhoneIn, metadata=DOCUMENTED)
    name = Text(required=True, most=50, metadata=DOCUMENTED)
    email = Text(rails.matches(rails.EMAIL.pattern.removesuffix(r"\Z")), most=128, metadata=DOCUMENTED)
    external_id = Text(
        most=255, metadata={**LENGTH_ASSUMED, "description": "the client that was made with this value is reused"}
    )


class IndividualIn(ClientIn):
    """client, where it is a new individual"""

    clientable_attributes = Attributes(PersonIn, metadata=documented("needed for a new individual"))

    class Meta(Record.Meta):
        # Rails validates associations before attributes, in this order.
        fields: tuple[str, ...] = ("clientable_attributes", "contact_phone_attributes", "name", "email", "external_id")


class AnyClientIn(IndividualIn):
    """client; one whose external_id is known is reused, and then its type and details are ignored."""

    client_type = Choice(rails.included(CLIENT_TYPES), required=True, metadata=DOCUMENTED)

    class Meta(IndividualIn.Meta):
        fields = (*IndividualIn.Meta.fields, "client_type")


write_json = writer(default=str)  # an exact number becomes a text
NO_KEY = "without client.external_id the service can never reuse this client, and duplicates cannot be merged"
ACTIVITY, CLIENT, INDIVIDUAL, ANY_CLIENT = ActivityIn(), ClientIn(), IndividualIn(), AnyClientIn()


def read_order(sandbox: str, request: Mapping[str, Any]) -> NewCase:
    """Return the order for a new case, from a request with `activity` and `client`.

    Problems are kept in the order, because the client's only count if the client turns out to be new.
    """
    activity, client = request["activity"], request["client"]
    payload, refused = _load(ACTIVITY, activity, "activity")
    advise_unused(ACTIVITY, activity, None if refused else payload, "activity.")
    external_id = payload.get("external_id")
    if not refused and ruby.is_blank(external_id):
        advise("without activity.external_id no webhook is sent")
    status = payload.get("status") or "in_progress"
    return NewCase(
        sandbox=sandbox,
        provider="aplyid",
        client=_read_claim(client),
        external_id=external_id,
        state={"completed": State.COMPLETED, "cancelled": State.CANCELLED}.get(status, State.OPEN),
        finishes=status == "in_progress",
        details=_to_text(payload),
        of_business=client.get("client_type") != "individual",
        request=request,
        refused=refused,
    )


def advise_reuse(order: NewCase, sent: Mapping[str, object], client: Client) -> None:
    """Advise of what a request says about a client that was reused and is stored otherwise."""
    fresh = order.client.fresh
    if fresh and (fresh.name, fresh.kind, fresh.details) == (client.name, client.kind, client.details):
        return
    stored = {**json.loads(client.details), "name": client.name, "client_type": client.kind}
    payload = _valid_part(ANY_CLIENT, sent)
    ignored = [
        f"client.{name}"
        for name in ANY_CLIENT.fields
        if sent.get(name) is not None and (name not in payload or payload[name] != stored.get(name))
    ]
    if ignored:
        advise(
            f"{', '.join(ignored)} ignored, because client.external_id names a client that is reused as it is stored"
        )


def _valid_part(schema: Record, given: Mapping[str, object]) -> Mapping[str, object]:
    try:
        payload: Mapping[str, object] = schema.load(given)
    except ValidationError as error:
        return error.valid_data if isinstance(error.valid_data, dict) else {}
    return payload


def _load(schema: Record, given: Mapping[str, object], name: str) -> tuple[dict[str, Any], Invalid | None]:
    """Return the loaded payload, or an empty one and what is wrong."""
    try:
        return schema.load(given), None
    except ValidationError as error:
        return {}, Invalid(ruby.full_messages(error.messages_dict), {name: error.messages_dict})


def _read_claim(client: Mapping[str, object]) -> ClientClaim:
    value = client.get("external_id")
    text = ruby.cast_string(value)
    # A text that cannot be stored cannot belong to a known client.
    external_id = text if text is not None and rails.is_storable(text) else None
    reuse_key = None if ruby.is_blank(value) else external_id
    try:
        fresh = _read_client(client)
    except Invalid as refused:
        return ClientClaim(reuse_key=reuse_key, external_id=external_id, refused=refused)
    return ClientClaim(reuse_key=reuse_key, external_id=external_id, fresh=fresh)


def _read_client(client: Mapping[str, object]) -> NewClient:
    kind = client.get("client_type")
    if kind not in CLIENT_TYPES:
        advise_unused(ANY_CLIENT, client, None, "client.")
        raise Invalid([_bad_type(ruby.to_s(kind))])
    schema = INDIVIDUAL if kind == "individual" else CLIENT
    payload, refused = _load(schema, client, "client")
    payload["client_type"] = kind
    advise_unused(ANY_CLIENT, client, None if refused else payload, "client.")
    del payload["client_type"]
    if schema is INDIVIDUAL and not isinstance(client.get("clientable_attributes"), dict):
        problems = refused.problems if refused and isinstance(refused.problems, list) else []
        refused = Invalid(["Clientable must exist", *problems], refused and refused.fields)
    if refused:
        raise refused
    return NewClient(name=payload.pop("name"), kind=str(kind), details=_to_text(payload))


def _to_text(payload: Mapping[str, object]) -> str:
    return write_json(payload)


def _bad_type(kind: str) -> str:
    return f"Invalid client type: {kind}" if rails.is_storable(kind) else "Client type is invalid"
