"""The tables of the reference."""

from typing import ClassVar

from django.db import models

KINDS = (
    *("PEP", "SANCTION", "BLACKLIST", "ADVERSE_MEDIA", "IDV", "WEB_PRESENCE", "UBO_RESOLUTION"),
    *("THREE_MONTHS_BANK_STATEMENT", "INCORPORATION_DOC", "PROOF_OF_ADDRESS", "PROOF_OF_FUNDS", "SIGNATURE_AUTH"),
    *("FINANCIAL_STATEMENTS", "UNDERWRITING", "TRANSACTION_MONITORING"),
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

    class Meta(Kept.Meta):
        abstract = False


class Case(Kept):
    """A case, which always runs."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE)

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
