"""respx: it stands in for another service while the emulator is asked."""

import httpx
import respx


@respx.mock
def test_another_service_is_mocked_while_the_sandbox_is_asked(sandbox):
    route = respx.get("https://rates.acme.com/").respond(json={"AUD": 1.5})
    sandbox.aplyid.create_case(activity={"external_id": "order-1"})
    assert httpx.get("https://rates.acme.com/").json() == {"AUD": 1.5}
    sandbox.clock.advance(60)
    assert sandbox.webhooks.wait(external_id="order-1").json["status"] == "completed"
    assert route.call_count == 1


def test_the_application_s_own_requests_may_pass(sandbox, respx_mock):
    respx_mock.route(host="127.0.0.1").pass_through()
    headers = {"Cookie": f"sessionid={sandbox.env()['SPHINXHQ_SESSION_ID']}"}
    body = {"customer": {"full_name": "Mary Chen"}}
    assert httpx.post(f"{sandbox.env()['SPHINXHQ_BASE_URL']}/api/cases/", json=body, headers=headers).status_code == 201
