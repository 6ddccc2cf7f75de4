"""requests-mock: it stands in for another service while the emulator is asked."""

import requests


def test_another_service_is_mocked_while_the_sandbox_is_asked(requests_mock, sandbox):
    requests_mock.get("https://rates.acme.com/", json={"AUD": 1.5})
    sandbox.aplyid.create_case(activity={"external_id": "order-1"})
    assert requests.get("https://rates.acme.com/", timeout=5).json() == {"AUD": 1.5}
    sandbox.clock.advance(60)
    assert sandbox.webhooks.wait(external_id="order-1").json["status"] == "completed"
    assert requests_mock.call_count == 1
