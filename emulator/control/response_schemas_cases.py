"""The answers of the control API about cases, samples and providers."""

from marshmallow import fields
from marshmallow.validate import OneOf

from emulator.control.response_schemas_planning import OUTCOMES
from emulator.core.model import State
from emulator.openapi.out import Out


class ClientOut(Out):
    """The client of a case."""

    id = fields.Integer()
    external_id = fields.String(allow_none=True)
    name = fields.String()


class CaseOut(Out):
    """A case in the words of the emulator."""

    class Meta(Out.Meta):
        sometimes = ("webhook",)

    provider = fields.String()
    id = fields.Integer()
    external_id = fields.String(allow_none=True)
    client = fields.Nested(ClientOut)
    state = fields.String(validate=OneOf([state.value for state in State]))
    outcome = fields.String(allow_none=True, validate=OUTCOMES)
    outcome_word = fields.String(allow_none=True, metadata={"description": "how it ended, in its provider's word"})
    risk_score = fields.Float(allow_none=True)
    rule = fields.String(metadata={"description": "the rule that decides how it ends"})
    link = fields.String(allow_none=True, metadata={"description": "where its applicant goes through it"})
    created_at = fields.DateTime()
    updated_at = fields.DateTime()
    next_step_at = fields.DateTime(allow_none=True)
    starts_at = fields.DateTime(allow_none=True, metadata={"description": "when work on it starts by itself"})
    ends_at = fields.DateTime(allow_none=True, metadata={"description": "when it ends by itself"})
    archived = fields.Boolean(metadata={"description": "whether it was started again as another case"})
    replaces = fields.Integer(
        allow_none=True, metadata={"description": "the archived case that was started again as this one"}
    )
    webhook = fields.Nested(
        "emulator.control.response_schemas.DeliveryOut",
        allow_none=True,
        metadata={"description": "the newest one, where webhooks=true asks for it"},
    )


class CasesOut(Out):
    """The cases of a sandbox, newest first."""

    count = fields.Integer()
    cases = fields.Nested(CaseOut, many=True)


class CaseLinkOut(Out):
    """The applicant's link to a case, and what a phone needs to open it."""

    link = fields.String()
    svg = fields.String(metadata={"description": "its QR code, black on white"})
    advice = fields.String(
        allow_none=True, metadata={"description": "how to start the emulator for a phone; null: a phone can open it"}
    )


class OwnerOut(Out):
    """A person who owns more than 25 % of a company."""

    name = fields.String()
    percent = fields.Integer()


class ApplicantOut(Out):
    """What a request says of the person or business that is verified; empty where it says nothing."""

    name = fields.String()
    is_business = fields.Boolean()
    first_name = fields.String()
    last_name = fields.String()
    born_on = fields.String()
    email = fields.String()
    phone = fields.String()
    address = fields.List(fields.String(), metadata={"description": "its lines"})
    purpose = fields.String()
    owners = fields.Nested(OwnerOut, many=True, metadata={"description": "of a company: made up, largest first"})


class FlowOut(Out):
    """What the pages of an applicant show."""

    case = fields.Nested(CaseOut)
    applicant = fields.Nested(ApplicantOut)
    planned_outcome = fields.String(validate=OUTCOMES, metadata={"description": "how it ends unless told otherwise"})
    signature = fields.String(
        allow_none=True, metadata={"description": "what links to the case have to carry; null: nothing"}
    )
    endings = fields.Dict(
        keys=fields.String(validate=OUTCOMES),
        values=fields.String(),
        metadata={"description": "how it may end, in the words that complete it"},
    )


class CheckOut(Out):
    """One check, and what an analyst wrote about it."""

    id = fields.Integer()
    kind = fields.String(allow_none=True)
    state = fields.String(validate=OneOf([state.value for state in State]))
    outcome = fields.String(allow_none=True, validate=OUTCOMES)
    outcome_word = fields.String(allow_none=True, metadata={"description": "how it ended, in its provider's word"})
    risk_score = fields.Float(allow_none=True)
    title = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    reasoning = fields.String(allow_none=True)
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


class ChecksOut(Out):
    """The checks of a case."""

    count = fields.Integer()
    checks = fields.Nested(CheckOut, many=True)


class DocumentOut(Out):
    """What is known of a document; its bytes are not kept."""

    id = fields.Integer()
    name = fields.String()
    media_type = fields.String()
    size = fields.Integer(metadata={"description": "in bytes"})
    digest = fields.String(metadata={"description": "SHA-256, as hexadecimal digits; empty for a sample"})
    check_id = fields.Integer(allow_none=True, metadata={"description": "of the check that it is linked to"})
    created_at = fields.DateTime()


class DocumentsOut(Out):
    """The documents of a case and of its checks."""

    count = fields.Integer()
    documents = fields.Nested(DocumentOut, many=True)


class SampleOut(Out):
    """A request to send."""

    method = fields.String()
    url = fields.String()
    path = fields.String()
    headers = fields.Dict(keys=fields.String(), values=fields.String())
    body = fields.Dict()


class SentOut(SampleOut):
    """A request that was sent, and its answer."""

    status = fields.Integer(allow_none=True, metadata={"description": "null: a fault cut the connection"})
    answer = fields.String(metadata={"description": "the exact text"})
    case_id = fields.Integer(allow_none=True, metadata={"description": "of the case that was opened"})


class CountsOut(Out):
    """Numbers of cases and of webhooks, by state."""

    cases = fields.Dict(keys=fields.String(), values=fields.Integer())
    deliveries = fields.Dict(keys=fields.String(), values=fields.Integer())


class DocumentNameOut(Out):
    """An OpenAPI document of an emulated API."""

    name = fields.String(metadata={"description": "it is at /_emulator/openapi/NAME.json"})
    title = fields.String()
    key = fields.Dict(
        keys=fields.String(), values=fields.String(), metadata={"description": "the header that its requests need"}
    )


class ProviderOut(Out):
    """An emulated API, and how this sandbox is reached through it."""

    name = fields.String()
    title = fields.String()
    documents = fields.Nested(DocumentNameOut, many=True)
    routes = fields.List(fields.String())
    operations = fields.List(
        fields.Dict(keys=fields.String(), values=fields.String()), metadata={"description": "name, method and path"}
    )
    credential = fields.String(metadata={"description": "what the header says that opens this sandbox"})
    variables = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "where programs look for url and credential"},
    )
    key = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"description": "the header to send"})
    current_key = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "the header of the API's current generation; empty where it speaks only one"},
    )
    curl = fields.String(metadata={"description": "a first request to paste"})
    has_flow = fields.Boolean(metadata={"description": "do applicants go through pages of its own?"})
    endings = fields.List(fields.Dict(), metadata={"description": "bodies of complete, the simplest of each ending"})
    outcome_words = fields.Dict(
        keys=fields.String(), values=fields.String(), metadata={"description": "its word for each outcome"}
    )


class ProvidersOut(Out):
    """The emulated APIs."""

    address = fields.String()
    providers = fields.Nested(ProviderOut, many=True)
