"""Screen a customer by a case at Sphinx, and take its result."""

import json

import requests
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

CHECKS = [{"check_type": "PEP"}, {"check_type": "SANCTION"}]
FINISHED = ("COMPLETED", "ERROR")
SECONDS_TO_ANSWER = 5.0


@csrf_exempt
@require_http_methods(["GET", "POST"])
def screen_customer(request: HttpRequest, number: str) -> HttpResponse:
    """POST opens a case for the customer, GET tells what came of it."""
    if request.method == "GET":
        return JsonResponse({"result": cache.get(number, "unknown")})
    cache.set(number, "screening")
    answer = _open_case(number, json.loads(request.body)["name"])
    if answer.status_code != 201:
        return JsonResponse({"errors": answer.json()}, status=400 if answer.status_code == 400 else 502)
    return JsonResponse({"case": answer.json()["id"]}, status=201)


def _open_case(number: str, name: str) -> requests.Response:
    order = {
        "customer": {"full_name": name, "external_id": number, "customer_type": "INDIVIDUAL"},
        "checks": CHECKS,
        "webhook_url": settings.WEBHOOK_URL,
    }
    url, cookies = f"{settings.SPHINXHQ_BASE_URL}/api/cases/", {"sessionid": settings.SPHINXHQ_SESSION_ID}
    return requests.post(url, json=order, cookies=cookies, timeout=SECONDS_TO_ANSWER)


@csrf_exempt
@require_POST
def receive_webhook(request: HttpRequest, secret: str) -> HttpResponse:
    """The finished case, as a read would show it. It carries no event id: taking it twice must do no harm."""
    if not settings.WEBHOOK_URL.endswith(f"/{secret}/"):
        return HttpResponse(status=404)
    case = json.loads(request.body)
    if case["status"] in FINISHED:
        result = "failed" if case["status"] == "ERROR" else case["outcome"].lower()
        cache.set(case["customer"]["external_id"], result)
    return HttpResponse(status=204)
