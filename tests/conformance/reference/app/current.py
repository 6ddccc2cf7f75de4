"""The bodies of the current generation, and the answers it gives."""

from typing import Any, ClassVar
from uuid import uuid4

from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.validators import UniqueValidator
from rest_framework.views import APIView

from tests.conformance.reference.app import serializers as first
from tests.conformance.reference.app.models import KINDS_NOW, Case, Check, Config, Customer, Document

TYPES = ("INDIVIDUAL", "COMPANY")


def unique() -> serializers.CharField:
    return serializers.CharField(max_length=512, required=False, validators=[UniqueValidator(Case.objects.all())])


class SyncPlatform(serializers.Serializer):
    domain = serializers.CharField(max_length=255)
    id = serializers.CharField(max_length=255)


class NewCheck(first.NewCheck):
    check_type = serializers.ChoiceField(choices=KINDS_NOW, required=False, allow_null=True)


class CheckOfCase(serializers.Serializer):
    check_type = serializers.ChoiceField(choices=KINDS_NOW, required=False, allow_null=True)
    input_details = serializers.JSONField(required=False, allow_null=True)
    document_ids = first.DocumentIds()
    delete_after = first.delete_after()


class NewCustomer(first.NewCustomer):
    sync_platforms = SyncPlatform(many=True, required=False)


class CustomerUpdate(first.CustomerUpdate):
    sync_platforms = SyncPlatform(many=True, required=False)


class CustomerOfCase(serializers.Serializer):
    full_name = serializers.CharField(max_length=255)
    external_id = serializers.CharField(max_length=255, required=False, allow_null=True, allow_blank=True)
    customer_type = serializers.ChoiceField(choices=TYPES, required=False, allow_null=True, allow_blank=True)
    input_details = serializers.JSONField(required=False, allow_null=True)
    delete_after = first.delete_after()
    sync_platforms = SyncPlatform(many=True, required=False)


class NewCase(serializers.Serializer):
    customer_id = first.related(Customer, required=False)
    customer = CustomerOfCase(required=False)
    webhook_url = serializers.CharField(max_length=511, required=False, allow_null=True, allow_blank=True)
    case_config = serializers.SlugRelatedField(slug_field="slug", queryset=Config.objects.all(), required=False)
    auto_start = serializers.BooleanField(required=False)
    external_id = unique()
    metadata = serializers.DictField(required=False)
    assignee = serializers.EmailField(required=False)
    sync_platforms = SyncPlatform(many=True, required=False)
    checks = CheckOfCase(many=True, required=False)
    document_ids = first.DocumentIds()
    delete_after = first.delete_after()

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if "customer_id" not in data and "customer" not in data:
            raise serializers.ValidationError("Either customer_id or customer must be provided.")
        if "case_config" in data and data.get("checks"):
            raise serializers.ValidationError("Provide either case_config or checks, not both.")
        return data


class CaseChange(serializers.Serializer):
    webhook_url = serializers.CharField(max_length=511, required=False, allow_null=True, allow_blank=True)
    external_id = unique()
    metadata = serializers.DictField(required=False)
    sync_platforms = SyncPlatform(many=True, required=False)
    delete_after = first.delete_after()


class Start(serializers.Serializer):
    allow_restart = serializers.BooleanField(required=False)


class TokenRequest(serializers.Serializer):
    client_id = serializers.UUIDField()
    client_secret = serializers.CharField()
    grant_type = serializers.ChoiceField(choices=["client_credentials"])


class CheckOut(first.CheckOut):
    def to_representation(self, check: Check) -> dict[str, Any]:
        return {**super().to_representation(check), "reasoning": []}


class CustomerOut(first.CustomerOut):
    class Meta(first.CustomerOut.Meta):
        fields = (*first.CustomerOut.Meta.fields, "sync_platforms")


class CaseOut(serializers.ModelSerializer):
    customer = first.CustomerHead()
    checks = serializers.SerializerMethodField()
    fresh: ClassVar = {
        **dict.fromkeys(("note", "risk_score", "rfi")),
        "outcome": "PENDING",
        "is_complete": False,
        "failed": False,
    }

    class Meta:
        model = Case
        fields = (
            *("id", "external_id", "customer", "webhook_url", "created_at", "updated_at", "delete_after", "metadata"),
            *("assignee", "sync_platforms", "checks"),
        )

    def get_checks(self, case: Case) -> list[dict[str, Any]]:
        checks = Check.objects.filter(case=case).order_by("id")
        return [{name: value for name, value in CheckOut(check).data.items() if name != "case"} for check in checks]

    def to_representation(self, case: Case) -> dict[str, Any]:
        return {**super().to_representation(case), **self.fresh}


def customer_of(payload: dict[str, Any]) -> Customer:
    """The customer of a case: the one that is named, or the one that is described, used again if it is known."""
    described, named = payload.pop("customer", None), payload.pop("customer_id", None)
    if named is not None:
        return named
    key = described.get("external_id")
    known = Customer.objects.filter(external_id=key).first() if key else None
    if known is None:
        return Customer.objects.create(**described)
    for name in ("full_name", "customer_type", "input_details"):
        setattr(known, name, described.get(name))
    known.save()
    return known


def open_case(payload: dict[str, Any]) -> Case:
    documents, checks = payload.pop("document_ids", ()), payload.pop("checks", ())
    config, _ = payload.pop("case_config", None), payload.pop("auto_start", None)
    case = Case.objects.create(customer=customer_of(payload), **{"external_id": str(uuid4()), **payload})
    for check in [{"check_type": kind} for kind in config.types] if config else checks:
        linked = check.pop("document_ids", ())
        made = Check.objects.create(case=case, **check)
        Document.objects.filter(id__in=linked).update(check_of=made)
    Document.objects.filter(id__in=documents).update(case=case)
    return case


class Cases(APIView):
    def post(self, request: Request) -> Response:
        shape = NewCase if "Authorization" in request.headers else first.NewCase
        loaded = shape(data=request.data)
        loaded.is_valid(raise_exception=True)
        payload = dict(loaded.validated_data)
        texts = {name: payload.pop(name, None) for name in ("notes", "rfi")}
        case = open_case(payload)
        if shape is first.NewCase:
            return Response({**first.CaseOut(case).data, **texts}, 201)
        return Response(CaseOut(case).data, 201)


def found(key: str) -> Case:
    try:
        return Case.objects.get(pk=key)
    except (Case.DoesNotExist, ValueError, OverflowError):
        raise NotFound from None


class OneCase(APIView):
    def patch(self, request: Request, key: str) -> Response:
        case = found(key)
        loaded = CaseChange(case, data=request.data)  # not partial, which would want nothing inside of sync_platforms
        loaded.is_valid(raise_exception=True)
        for name, value in loaded.validated_data.items():
            setattr(case, name, value)
        case.save()
        return Response(CaseOut(case).data)


def start(request: Request, key: str) -> Response:
    """Answer for a case that runs."""
    case = found(key)
    loaded = Start(data=request.data)
    loaded.is_valid(raise_exception=True)
    if "allow_restart" not in loaded.validated_data and request.query_params.get("allow_restart"):
        asked = {"allow_restart": request.query_params["allow_restart"]}
        Start(data=asked).is_valid(raise_exception=True)
    return Response({**CaseOut(case).data, "action_taken": "noop_already_running"}, 202)


class Token(APIView):
    def post(self, request: Request) -> Response:
        loaded = TokenRequest(data=request.data)
        loaded.is_valid(raise_exception=True)
        if not loaded.validated_data["client_secret"].startswith("test_"):
            return Response({"error": "invalid_client"}, 401)
        return Response({"access_token": uuid4().hex, "token_type": "Bearer", "expires_in": 3600})
