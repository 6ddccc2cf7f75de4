"""The bodies of the reference, and the answers it gives."""

import base64
import binascii
import re
from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.validators import UniqueValidator

from tests.conformance.reference.app.models import KINDS, Case, Check, Customer, Document

PARENTS = ("case_id", "check_id", "customer_id")
HEAD = re.compile(r"data:[^,]*;base64,", re.IGNORECASE)


def delete_after() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=-1, max_value=365, required=False)


def related(model: Any, **options: Any) -> serializers.PrimaryKeyRelatedField:
    return serializers.PrimaryKeyRelatedField(queryset=model.objects.all(), **options)


class File(serializers.Field):
    """Base64, with our own words; the messages of what is no file at all are those of FileField."""

    default_error_messages: ClassVar = {
        **serializers.FileField.default_error_messages,
        "bad": "Please upload a valid file.",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(
            error_messages={"required": serializers.FileField.default_error_messages["required"]}, **options
        )

    def to_internal_value(self, data: Any) -> bytes:
        if not isinstance(data, str):
            self.fail("invalid")
        plain = re.sub(r"\s+", "", HEAD.sub("", data, count=1) if HEAD.match(data) else data)
        if not plain:
            self.fail("empty")
        try:
            return base64.b64decode(plain.encode("ascii"), validate=True)
        except (binascii.Error, UnicodeEncodeError):
            self.fail("bad")
            raise


class DocumentIds(serializers.ListField):
    """The ids of documents that must exist."""

    child = serializers.IntegerField()

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=1000, **options)

    def to_internal_value(self, data: Any) -> list[int]:
        ids = super().to_internal_value(data)
        small = [each for each in ids if abs(each) < 2**63]
        found = set(Document.objects.filter(id__in=small).values_list("id", flat=True))
        if len(ids) <= 1000 and (unknown := dict.fromkeys(each for each in ids if each not in found)):
            raise serializers.ValidationError(f"Documents not found: {', '.join(map(str, unknown))}")
        return ids


class NewCheck(serializers.Serializer):
    case_id = related(Case)
    check_type = serializers.ChoiceField(choices=KINDS, required=False)
    input_details = serializers.JSONField(required=False, allow_null=True)
    document_ids = DocumentIds()
    delete_after = delete_after()


class NewCustomer(serializers.Serializer):
    full_name = serializers.CharField(max_length=255)
    external_id = serializers.CharField(
        max_length=255,
        required=False,
        allow_null=True,
        allow_blank=True,
        validators=[UniqueValidator(Customer.objects.exclude(external_id=""))],
    )
    customer_type = serializers.ChoiceField(
        choices=("INDIVIDUAL", "COMPANY"), required=False, allow_null=True, allow_blank=True
    )
    input_details = serializers.JSONField(required=False, allow_null=True)
    delete_after = delete_after()


class CustomerUpdate(NewCustomer):
    full_name = serializers.CharField(max_length=255, required=False)
    external_id = serializers.CharField(max_length=255)


class NewDocument(serializers.Serializer):
    file = File()
    original_name = serializers.CharField(max_length=255)
    case_id = related(Case, required=False)
    check_id = related(Check, required=False)
    customer_id = related(Customer, required=False)
    delete_after = delete_after()

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if sum(name in data for name in PARENTS) > 1:
            raise serializers.ValidationError("Provide only one of case_id, check_id and customer_id.")
        return data


class CheckOfCase(serializers.Serializer):
    check_type = serializers.ChoiceField(choices=KINDS)
    input_details = serializers.JSONField(required=False, allow_null=True)
    document_ids = DocumentIds()
    delete_after = delete_after()


class CustomerOfCase(NewCustomer):
    external_id = serializers.CharField(max_length=255, required=False, allow_null=True, allow_blank=True)


class NewCase(serializers.Serializer):
    customer_id = related(Customer, required=False)
    customer = CustomerOfCase(required=False)
    webhook_url = serializers.CharField(max_length=511, required=False, allow_null=True, allow_blank=True)
    notes = serializers.CharField(required=False)
    rfi = serializers.CharField(required=False, allow_null=True, allow_blank=True)
    checks = CheckOfCase(many=True, required=False)
    document_ids = DocumentIds()
    delete_after = delete_after()

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if "customer_id" not in data and "customer" not in data:
            raise serializers.ValidationError("Either customer_id or customer must be provided.")
        return data


class CustomerHead(serializers.ModelSerializer):
    class Meta:
        model = Customer
        fields = ("id", "full_name", "external_id", "customer_type")


class CustomerOut(serializers.ModelSerializer):
    parent = serializers.SerializerMethodField()

    class Meta:
        model = Customer
        fields = (
            *("id", "external_id", "full_name", "customer_type", "input_details", "delete_after"),
            *("created_at", "updated_at", "parent"),
        )

    def get_parent(self, _: Customer) -> None:
        return None


class CheckOut(serializers.ModelSerializer):
    case = serializers.SerializerMethodField()
    title = note = reasoning = None

    class Meta:
        model = Check
        fields = (
            *("id", "case", "risk_score", "outcome", "created_at", "updated_at", "input_details", "check_type"),
            "delete_after",
        )

    def get_case(self, check: Check) -> dict[str, Any]:
        customer = CustomerHead(check.case.customer).data
        return {"id": check.case_id, "customer": customer, "outcome": "PENDING", "risk_score": None}

    def to_representation(self, check: Check) -> dict[str, Any]:
        texts = dict.fromkeys(("title", "note", "reasoning"))
        return {**super().to_representation(check), **texts, "status": "PENDING"}


class CaseOut(serializers.ModelSerializer):
    customer = CustomerHead()
    checks = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields = ("id", "customer", "created_at", "updated_at", "checks", "webhook_url", "delete_after")

    def get_checks(self, case: Case) -> list[dict[str, Any]]:
        checks = Check.objects.filter(case=case).order_by("id")
        return [{name: value for name, value in CheckOut(check).data.items() if name != "case"} for check in checks]

    def to_representation(self, case: Case) -> dict[str, Any]:
        return {**super().to_representation(case), "risk_score": None, "outcome": "PENDING", "status": "PENDING"}


class DocumentOut(serializers.ModelSerializer):
    check_id = None
    file = serializers.SerializerMethodField()

    class Meta:
        model = Document
        fields = ("id", "file", "original_name", "created_at", "updated_at", "case", "customer", "delete_after")

    def get_file(self, document: Document) -> str:
        return f"http://here/media/documents/{document.id}/x"

    def to_representation(self, document: Document) -> dict[str, Any]:
        return {**super().to_representation(document), "check": document.check_of_id}
