"""The request bodies of the current generation, as far as they differ from those of the first."""

from typing import Any

from marshmallow import ValidationError

from emulator.core.checks import MOST_CHECKS
from emulator.core.errors import Invalid
from emulator.providers.sphinxhq.case_file_schemas import UNIQUE, CustomerUpdateIn, NewCheckIn, NewCustomerIn
from emulator.providers.sphinxhq.current_fields import Boolean, Dictionary, Email, Identifier
from emulator.providers.sphinxhq.drf import Choice, Serializer, Text
from emulator.providers.sphinxhq.relations import ConfigSlug, CustomerId, Object, Objects, known
from emulator.providers.sphinxhq.schemas import (
    CHECK_TYPES,
    DOCUMENTED,
    CheckIn,
    CustomerIn,
    WebhookUrl,
    delete_after,
    document_ids,
    documented,
)
from emulator.web.advice import advise

LATER_CHECK_TYPES = (
    *("SIGNING_AUTHORITY", "BANK_STATEMENT", "BALANCE_SHEETS", "INCOME_STATEMENTS", "TAX_DOCUMENTS"),
    *("AUTHORIZATION_FORM", "ARTICLES_OF_ASSOCIATION", "COMMERCIAL_EXTRACT", "ONBOARDING_FORM", "SHAREHOLDER_LIST"),
    *("EDD_QUESTIONNAIRE", "USER_RISK_REPORT", "INCORPORATION_DOCUMENT", "MEETING_MINUTES", "PROOF_OF_IDENTITY"),
    *("SOURCE_OF_FUNDS", "NAME_CHECK", "RDC_VERIFICATION", "KYB_PROOF_OF_IDENTITY", "KYB_BANK_STATEMENT"),
    *("KYB_PROOF_OF_ADDRESS", "KYB_TAX_DOCUMENTS", "CLEAN_SCREENING", "CRA"),
)
ALL_CHECK_TYPES = (*CHECK_TYPES, *LATER_CHECK_TYPES)
RENAMED = {
    "INCORPORATION_DOC": "INCORPORATION_DOCUMENT",
    "THREE_MONTHS_BANK_STATEMENT": "BANK_STATEMENT",
    "SIGNATURE_AUTH": "SIGNING_AUTHORITY",
    "PROOF_OF_FUNDS": "SOURCE_OF_FUNDS",
}
AML = ("SANCTION", "PEP", "ADVERSE_MEDIA")
KYB = ("UBO_RESOLUTION", "INCORPORATION_DOCUMENT", "PROOF_OF_ADDRESS", "SANCTION", "ADVERSE_MEDIA")
CASE_CONFIGS = {"aml-individual": AML, "kyb-company": KYB}  # those that every sandbox knows
CASE_TAKEN = Invalid({"external_id": [UNIQUE]})
GRANT = "client_credentials"
MOST_SYNC_PLATFORMS = 100
ASSUMED = {"x-fidelity": "assumed"}
NULL_INSIDE = {"x-fidelity": "documented of a check that stands alone; inside a case it is assumed"}
BOUND = {"x-fidelity": "documented; the bound is assumed"}


class CheckType(Choice):
    """A type of check, of the wide list; null is a check without a type."""

    def __init__(self, metadata: dict[str, str]) -> None:
        super().__init__(ALL_CHECK_TYPES, null=True, metadata=metadata)

    def doubt(self, name: str | None) -> str | None:
        """Return the later name of a type that was renamed."""
        later = RENAMED.get(name or "")
        return (
            f"{name} is an older name, of which it is not known whether it is still taken: {later}" if later else None
        )


class CaseKey(Text):
    """The integrator's own reference of a case, which no other case may have that is not archived."""

    def read(self, value: object) -> str:
        key = super().read(value)
        if known().is_key_taken(key):
            raise ValidationError(UNIQUE)
        return key


class SyncPlatformIn(Serializer):
    """one of sync_platforms"""

    domain = Text(required=True, most=255, metadata=BOUND)
    id = Text(required=True, most=255, metadata=BOUND)


def sync_platforms() -> Objects:
    """Return a field for the platforms that something is kept in step with."""
    return Objects(SyncPlatformIn, most=MOST_SYNC_PLATFORMS, metadata=BOUND)


def case_key() -> CaseKey:
    """Return a field for the reference of a case."""
    return CaseKey(most=512, metadata=documented("unique among the cases that are not archived; a UUID where absent"))


def metadata() -> Dictionary:
    """Return a field for what an integrator wants to find again in a case."""
    return Dictionary(metadata=documented("any object, returned as it was sent"))


class CurrentCustomerIn(CustomerIn):
    """customer"""

    sync_platforms = sync_platforms()


class CurrentCheckIn(CheckIn):
    """one of checks"""

    check_type = CheckType(NULL_INSIDE)


class CurrentCaseIn(Serializer):
    """The body of Create Case."""

    customer_id = CustomerId(metadata=documented("a customer that exists; it wins over customer"))
    customer = Object(CurrentCustomerIn, metadata=DOCUMENTED)
    webhook_url = WebhookUrl(null=True, blank=True, most=511, metadata=documented("where the finished case is sent"))
    case_config = ConfigSlug(most=255, metadata=documented("makes the checks; not together with checks"))
    auto_start = Boolean(metadata=documented("false: the case waits until it is started"))
    external_id = case_key()
    metadata = metadata()
    assignee = Email(metadata={"x-fidelity": "documented; that any address counts as a member is assumed"})
    sync_platforms = sync_platforms()
    checks = Objects(CurrentCheckIn, most=MOST_CHECKS, metadata=DOCUMENTED)
    document_ids = document_ids()
    delete_after = delete_after()


class CaseChangeIn(Serializer):
    """The body of Update Case: only what is sent changes."""

    webhook_url = WebhookUrl(null=True, blank=True, most=511, metadata=documented("null and blank: none"))
    external_id = CaseKey(most=512, metadata=ASSUMED)
    metadata = Dictionary(metadata={"x-fidelity": "documented; that it is replaced whole is assumed"})
    sync_platforms = Objects(SyncPlatformIn, most=MOST_SYNC_PLATFORMS, metadata=ASSUMED)
    delete_after = delete_after()


class StartIn(Serializer):
    """The body of Start Case; the query may say it too."""

    allow_restart = Boolean(metadata={"x-fidelity": "documented; its place in body or query is assumed"})


class CurrentNewCheckIn(NewCheckIn):
    """The body that adds a check to a case."""

    check_type = CheckType(DOCUMENTED)


class CurrentNewCustomerIn(NewCustomerIn):
    """The body of Create Customer."""

    sync_platforms = sync_platforms()


class CurrentCustomerUpdateIn(CustomerUpdateIn):
    """The body of Update Customer: the reference picks the customer, what else is sent changes."""

    sync_platforms = sync_platforms()


class TokenIn(Serializer):
    """The body that asks for an access token."""

    client_id = Identifier(required=True, metadata=documented("any UUID will do (assumed)"))
    client_secret = Text(required=True, metadata=documented("test_<name> opens the sandbox <name> (ours)"))
    grant_type = Choice((GRANT,), required=True, metadata=DOCUMENTED)


def advise_of_config(problems: Any) -> None:
    """Tell how to declare a config where a request names one that is not known."""
    if isinstance(problems, dict) and any("slug=" in str(text) for text in problems.get("case_config", ())):
        advise("case_configs, a setting of the sandbox, declares the configs of your organisation and their checks")
