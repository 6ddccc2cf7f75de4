"""Customers are screened by Sphinx; nothing leaves this machine."""

import pytest


def screen(site, number, name):
    """Status and answer of asking for a screening."""
    answer = site.post(f"/customers/{number}/screening", {"name": name}, content_type="application/json")
    return answer.status_code, answer.json()


def result(site, number):
    """What came of it."""
    return site.get(f"/customers/{number}/screening").json()["result"]


def hand_over(site, webhook, secret="5f1c0d"):
    """Give the site a webhook as it was kept, byte for byte; the status of the answer."""
    path = f"/webhooks/sphinx/{secret}/"
    return site.post(path, webhook.body, content_type=webhook.headers["Content-Type"]).status_code


def test_a_screening_opens_a_case_with_two_checks(site, sandbox):
    assert screen(site, "cust-7", "Mary Chen") == (201, {"case": 1})
    assert result(site, "cust-7") == "screening"
    assert sandbox.requests.count(provider="sphinxhq", body={"checks.check_type": "SANCTION"}) == 1


def test_a_webhook_for_the_real_site_is_kept_and_can_be_handed_over(site, sandbox):
    screen(site, "cust-7", "Mary Chen")
    sandbox.clock.advance("PT1H")
    webhook = sandbox.webhooks.wait(provider="sphinxhq", case_id=1)
    assert (webhook.state, webhook.url) == ("blocked", "https://screening.acme.com/webhooks/sphinx/5f1c0d/")
    assert hand_over(site, webhook, secret="wrong") == 404
    assert hand_over(site, webhook) == hand_over(site, webhook) == 204
    assert result(site, "cust-7") == "accepted"


@pytest.mark.parametrize(
    ("name", "expected"), [("Jo Rejected", "rejected"), ("Jo Undecided", "pending"), ("Jo Failed", "failed")]
)
@pytest.mark.usefixtures("listening")
def test_the_surname_says_what_the_screening_ends_with(site, sandbox, name, expected):
    screen(site, "cust-7", name)
    sandbox.clock.advance(2)
    assert result(site, "cust-7") == expected


@pytest.mark.usefixtures("listening")
def test_a_risky_customer_is_found(site, sandbox):
    sandbox.outcomes.when({"customer.full_name": {"contains": "Shell"}}, outcome="REJECTED", risk_score=0.91)
    screen(site, "cust-8", "Shell Holdings")
    sandbox.clock.advance(2)
    assert sandbox.webhooks.wait(provider="sphinxhq", case_id=1).json["risk_score"] == 0.91
    assert result(site, "cust-8") == "rejected"


@pytest.mark.usefixtures("listening")
def test_a_case_that_never_ends_leaves_the_customer_in_screening(site, sandbox):
    sandbox.outcomes.next("stuck")
    screen(site, "cust-7", "Mary Chen")
    sandbox.clock.advance("P30D")
    sandbox.webhooks.assert_none()
    assert result(site, "cust-7") == "screening"


def test_what_sphinx_refuses_is_told(site):
    status, answer = screen(site, "cust-7", "")
    assert (status, answer["errors"]) == (400, {"customer": {"full_name": ["This field may not be blank."]}})
