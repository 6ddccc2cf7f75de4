"""The routes of the reference."""

from typing import Any

import django_filters
from django.urls import path
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import generics, pagination
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tests.conformance.reference.app import current, serializers
from tests.conformance.reference.app.models import KINDS, OUTCOMES, Case, Check, Customer, Document


class Pages(pagination.PageNumberPagination):
    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100


class CheckFilter(django_filters.FilterSet):
    case_id = django_filters.NumberFilter()
    check_type = django_filters.ChoiceFilter(choices=[(kind, kind) for kind in KINDS])
    outcome = django_filters.ChoiceFilter(choices=[(outcome, outcome) for outcome in OUTCOMES])
    min_risk_score = django_filters.NumberFilter(field_name="risk_score", lookup_expr="gte")
    max_risk_score = django_filters.NumberFilter(field_name="risk_score", lookup_expr="lte")

    class Meta:
        model = Check
        fields: tuple[str, ...] = ()


def found(model: Any, key: str) -> Any:
    """The object of that id, in the words of the older releases."""
    try:
        return model.objects.get(pk=key)
    except (model.DoesNotExist, ValueError, OverflowError):
        raise NotFound from None


def has_token(request: Request) -> bool:
    """Whether the caller speaks the current generation."""
    return "Authorization" in request.headers


def read(serializer: Any, request: Request) -> dict[str, Any]:
    loaded = serializer(data=request.data)
    loaded.is_valid(raise_exception=True)
    payload: dict[str, Any] = loaded.validated_data
    return payload


class Checks(generics.ListAPIView):
    queryset = Check.objects.all()
    serializer_class = serializers.CheckOut
    pagination_class = Pages
    filter_backends = (DjangoFilterBackend,)
    filterset_class = CheckFilter

    def post(self, request: Request) -> Response:
        shapes = current if has_token(request) else serializers
        payload = read(shapes.NewCheck, request)
        documents, case = payload.pop("document_ids", ()), payload.pop("case_id")
        check = Check.objects.create(case=case, **payload)
        Document.objects.filter(id__in=documents).update(check_of=check)
        return Response(shapes.CheckOut(check).data, 201)


class Customers(APIView):
    def post(self, request: Request) -> Response:
        shapes = current if has_token(request) else serializers
        customer = Customer.objects.create(**read(shapes.NewCustomer, request))
        return Response(shapes.CustomerOut(customer).data, 201)


class CustomerUpdate(APIView):
    def patch(self, request: Request) -> Response:
        return self.post(request)

    def post(self, request: Request) -> Response:
        shapes = current if has_token(request) else serializers
        payload = read(shapes.CustomerUpdate, request)
        customer = Customer.objects.filter(external_id=payload["external_id"]).first()
        if customer is None:
            raise NotFound
        for name, value in payload.items():
            setattr(customer, name, value)
        customer.save()
        return Response(shapes.CustomerOut(customer).data)


class Documents(APIView):
    def post(self, request: Request) -> Response:
        payload = read(serializers.NewDocument, request)
        document = Document.objects.create(
            original_name=payload["original_name"],
            case=payload.get("case_id"),
            check_of=payload.get("check_id"),
            customer=payload.get("customer_id"),
            delete_after=payload.get("delete_after", -1),
        )
        return Response(serializers.DocumentOut(document).data, 201)


class One(APIView):
    model: Any = None
    shown: Any = None

    def get(self, request: Request, key: str) -> Response:
        return Response(self.shown(found(self.model, key)).data)


class Start(APIView):
    def post(self, request: Request, key: str) -> Response:
        found(Case, key)
        return current.start(request, key) if has_token(request) else Response({})


KEY = "<str:key>"
urlpatterns = [
    path("api/checks/", Checks.as_view()),
    path(f"api/checks/{KEY}/", One.as_view(model=Check, shown=serializers.CheckOut)),
    path("api/customers/", Customers.as_view()),
    path("api/customers/update/", CustomerUpdate.as_view()),
    path(f"api/customers/{KEY}/", One.as_view(model=Customer, shown=serializers.CustomerOut)),
    path("api/documents/", Documents.as_view()),
    path(f"api/documents/{KEY}/", One.as_view(model=Document, shown=serializers.DocumentOut)),
    path("api/cases/", current.Cases.as_view()),
    path(f"api/cases/{KEY}/", current.OneCase.as_view()),
    path(f"api/cases/{KEY}/start/", Start.as_view()),
    path("api/oauth/token/", current.Token.as_view()),
]
