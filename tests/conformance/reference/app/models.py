"""The tables of the reference."""

from typing import ClassVar

from django.db import models

KINDS = (
    *("PEP", "SANCTION", "BLACKLIST", "ADVERSE_MEDIA", "IDV", "WEB_PRESENCE", "UBO_RESOLUTION"),
    *("THREE_MONTHS_BANK_STATEMENT", "INCORPORATION_DOC", "PROOF_OF_ADDRESS", "PROOF_OF_FUNDS", "SIGNATURE_AUTH"),
    *("FINANCIAL_STATEMENTS", "UNDERWRITING", "TRANSACTION_MONITORING"),
)
KINDS_NOW = (
    *KINDS,
    *("SIGNING_AUTHORITY", "BANK_STATEMENT", "BALANCE_SHEETS", "INCOME_STATEMENTS", "TAX_DOCUMENTS"),
    *("AUTHORIZATION_FORM", "ARTICLES_OF_ASSOCIATION", "COMMERCIAL_EXTRACT", "ONBOARDING_FORM", "SHAREHOLDER_LIST"),
    *("EDD_QUESTIONNAIRE", "USER_RISK_REPORT", "INCORPORATION_DOCUMENT", "MEETING_MINUTES", "PROOF_OF_IDENTITY"),
    *("SOURCE_OF_FUNDS", "NAME_CHECK", "RDC_VERIFICATION", "KYB_PROOF_OF_IDENTITY", "KYB_BANK_STATEMENT"),
    *("KYB_PROOF_OF_ADDRESS", "KYB_TAX_DOCUMENTS", "CLEAN_SCREENING", "CRA"),
)
OUTCOMES = ("ACCEPTED", "REJECTED", "PENDING")


class Kept(models.Model):
    """What every table has."""

    delete_after = models.IntegerField(default=-1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
        app_label = "reference"


class Customer(Kept):
    """A customer."""

    full_name = models.CharField(max_length=255)
    external_id = models.CharField(max_length=255, null=True, blank=True)
    customer_type = models.CharField(max_length=20, null=True, blank=True)
    input_details = models.JSONField(null=True)
    sync_platforms = models.JSONField(default=list)

    class Meta(Kept.Meta):
        abstract = False


class Config(models.Model):
    """A config, which makes checks."""

    slug = models.CharField(max_length=255)
    types = models.JSONField(default=list)

    class Meta:
        app_label = "reference"


class Case(Kept):
    """A case, which always runs."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)
    external_id = models.CharField(max_length=512, unique=True, null=True)
    webhook_url = models.CharField(max_length=511, null=True)
    metadata = models.JSONField(default=dict)
    assignee = models.CharField(max_length=320, null=True)
    sync_platforms = models.JSONField(default=list)

    class Meta(Kept.Meta):
        abstract = False


class Check(Kept):
    """A check."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE)
    check_type = models.CharField(max_length=40, null=True)
    input_details = models.JSONField(null=True)
    outcome = models.CharField(max_length=10, default="PENDING")
    risk_score = models.FloatField(null=True)

    class Meta(Kept.Meta):
        abstract = False
        ordering: ClassVar = ["-id"]


class Document(Kept):
    """A document."""

    original_name = models.CharField(max_length=255)
    case = models.ForeignKey(Case, null=True, on_delete=models.SET_NULL)
    check_of = models.ForeignKey(Check, null=True, on_delete=models.SET_NULL)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.SET_NULL)

    class Meta(Kept.Meta):
        abstract = False


def begin() -> None:
    """Make what the emulator's sandbox holds at the start of the run."""
    Customer.objects.create(id=123, full_name="Sample Customer", customer_type="INDIVIDUAL")
    Document.objects.create(id=123, original_name="sample.pdf")
    known = Customer.objects.create(id=124, full_name="Mary Stuck", external_id="known")
    case = Case.objects.create(id=1, customer=known)
    Check.objects.create(id=1, case=case, check_type="PEP")
    Config.objects.create(slug="aml-individual", types=["SANCTION", "PEP", "ADVERSE_MEDIA"])
    later = Customer.objects.create(id=125, full_name="Grace Stuck", external_id="known-now")
    case = Case.objects.create(id=2, customer=later, external_id="taken")
    Check.objects.create(id=2, case=case, check_type="NAME_CHECK")
