"""The answers and webhooks of Sphinx as schemas for its OpenAPI document; tests compare real answers."""

from marshmallow import fields
from marshmallow.validate import OneOf, Range

from emulator.openapi.out import ServiceOut
from emulator.providers.sphinxhq.current_schemas import ALL_CHECK_TYPES
from emulator.providers.sphinxhq.payloads import KEPT_FOR_EVER
from emulator.providers.sphinxhq.schemas import CUSTOMER_TYPES, DOCUMENTED, OUTCOMES, STATUSES

FRAMEWORK = {"x-fidelity": "framework"}
AS_SENT = {"x-fidelity": "documented; blank, where it was sent so, is the framework's"}
PRECISION = {"x-fidelity": "documented; its precision is the framework's"}
NEVER = {"x-fidelity": "documented; -1 is assumed", "description": f"days until deletion; {KEPT_FOR_EVER}: never"}


class CustomerOut(ServiceOut):
    """The customer of a case."""

    id = fields.Integer(metadata=DOCUMENTED)
    full_name = fields.String(metadata=DOCUMENTED)
    external_id = fields.String(allow_none=True, metadata=DOCUMENTED)
    customer_type = fields.String(allow_none=True, validate=OneOf((*CUSTOMER_TYPES, "")), metadata=AS_SENT)


class ResultOut(ServiceOut):
    """What a case and a check have alike."""

    class Meta(ServiceOut.Meta):
        sometimes: tuple[str, ...] = ("delete_after",)

    id = fields.Integer(metadata=DOCUMENTED)
    risk_score = fields.Float(allow_none=True, validate=Range(0, 1), metadata=DOCUMENTED)
    outcome = fields.String(validate=OneOf(list(OUTCOMES.values())), metadata=DOCUMENTED)
    status = fields.String(validate=OneOf(list(STATUSES.values())), metadata=DOCUMENTED)
    created_at = fields.DateTime(metadata=PRECISION)
    updated_at = fields.DateTime(metadata=PRECISION)
    delete_after = fields.Integer(metadata={**NEVER, "format": "int32"})


class CheckOut(ResultOut):
    """One check of a case."""

    title = fields.String(allow_none=True, metadata=DOCUMENTED)
    note = fields.String(allow_none=True, metadata=DOCUMENTED)
    reasoning = fields.String(allow_none=True, metadata=DOCUMENTED)
    input_details = fields.Raw(allow_none=True, metadata={**DOCUMENTED, "description": "as it was sent"})
    check_type = fields.String(
        allow_none=True,
        validate=OneOf(ALL_CHECK_TYPES),
        metadata={"x-fidelity": "documented; null, of a check that was added without a type, is assumed"},
    )


class CaseOut(ResultOut):
    """A case: the same in create, read and webhook."""

    class Meta(ResultOut.Meta):
        sometimes: tuple[str, ...] = ("delete_after", "webhook_url", "rfi")

    customer = fields.Nested(CustomerOut, metadata=DOCUMENTED)
    notes = fields.String(allow_none=True, metadata=DOCUMENTED)
    checks = fields.Nested(CheckOut, many=True, metadata=DOCUMENTED)
    webhook_url = fields.String(allow_none=True, metadata=DOCUMENTED)
    rfi = fields.String(allow_none=True, metadata=DOCUMENTED)


class CaseHeadOut(ServiceOut):
    """What a check shows of its case."""

    id = fields.Integer(metadata=DOCUMENTED)
    customer = fields.Nested(CustomerOut, metadata=DOCUMENTED)
    outcome = fields.String(validate=OneOf(list(OUTCOMES.values())), metadata=DOCUMENTED)
    risk_score = fields.Float(allow_none=True, validate=Range(0, 1), metadata=DOCUMENTED)


class FiledCheckOut(CheckOut):
    """A check that stands on its own: the same in create, read and list."""

    case = fields.Nested(CaseHeadOut, metadata=DOCUMENTED)


class CustomerRecordOut(CustomerOut):
    """A customer: the same in create, read and update."""

    input_details = fields.Raw(allow_none=True, metadata={**DOCUMENTED, "description": "as it was sent"})
    delete_after = fields.Integer(metadata={**NEVER, "format": "int32"})
    created_at = fields.DateTime(metadata=PRECISION)
    updated_at = fields.DateTime(metadata=PRECISION)
    parent = fields.Integer(allow_none=True, metadata={"x-fidelity": "documented; that it is null is assumed"})


class DocumentOut(ServiceOut):
    """A document: the same in upload and read."""

    id = fields.Integer(metadata=DOCUMENTED)
    check = fields.Integer(allow_none=True, metadata=DOCUMENTED)
    file = fields.String(metadata={"x-fidelity": "documented; where it leads to is assumed", "format": "uri"})
    original_name = fields.String(metadata=DOCUMENTED)
    created_at = fields.DateTime(metadata=PRECISION)
    updated_at = fields.DateTime(metadata=PRECISION)
    case = fields.Integer(allow_none=True, metadata=DOCUMENTED)
    customer = fields.Integer(allow_none=True, metadata=DOCUMENTED)
    delete_after = fields.Integer(metadata={**NEVER, "format": "int32"})


class PageOut(ServiceOut):
    """One page of the list."""

    count = fields.Integer(metadata={**DOCUMENTED, "description": "of all pages"})
    next = fields.String(allow_none=True, metadata={**DOCUMENTED, "format": "uri"})
    previous = fields.String(allow_none=True, metadata={**DOCUMENTED, "format": "uri"})
    results = fields.Nested(CaseOut, many=True, metadata=DOCUMENTED)


class CheckPageOut(PageOut):
    """One page of the list of checks."""

    results = fields.Nested(FiledCheckOut, many=True, metadata=DOCUMENTED)


class DetailOut(ServiceOut):
    """Why a request is refused as a whole."""

    detail = fields.String(metadata=FRAMEWORK)
