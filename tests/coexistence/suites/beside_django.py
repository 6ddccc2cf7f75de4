"""pytest-django: its server receives the webhook, and its fixture `settings` names the sandbox."""

import pytest
from django.urls import reverse

from screening.views import receive_webhook


@pytest.fixture
def customer(settings, live_server, client):
    settings.WEBHOOK_URL = live_server.url + reverse(receive_webhook, args=["5f1c0d"])
    answer = client.post("/customers/cust-7/screening", {"name": "Jo Rejected"}, content_type="application/json")
    assert answer.status_code == 201
    return "/customers/cust-7/screening"


def test_the_webhook_arrives_at_the_live_server(customer, client, sandbox):
    sandbox.clock.advance(60)
    assert sandbox.webhooks.wait(provider="sphinxhq").state == "delivered"
    assert client.get(customer).json() == {"result": "rejected"}


@pytest.mark.django_db
def test_a_test_with_a_database_has_a_sandbox(sandbox, django_user_model):
    django_user_model.objects.create_user("mary")
    assert sandbox.sphinxhq.create_case()["id"] == 1
