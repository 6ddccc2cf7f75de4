"""pook: it stands in for another service, and lets through what goes to this machine."""

import pook
import requests


@pook.on
def test_another_service_is_mocked_while_the_sandbox_is_asked(sandbox):
    pook.enable_network("127.0.0.1")
    pook.get("https://rates.acme.com/").reply(200).json({"AUD": 1.5})
    sandbox.aplyid.create_case(activity={"external_id": "order-1"})
    assert requests.get("https://rates.acme.com/", timeout=5).json() == {"AUD": 1.5}
    sandbox.clock.advance(60)
    assert sandbox.webhooks.wait(external_id="order-1").json["status"] == "completed"
    assert pook.isdone()
