"""The handle sends webhooks on, tries receivers out, and finds cases."""

from emulator.client import CaseEmulator
from tests.emulators import Emulator
from tests.receivers import receiving


def test_a_webhook_is_sent_on_a_receiver_tried_and_a_case_found(emulator: Emulator) -> None:
    with receiving() as receiver, CaseEmulator(emulator.url, emulator.sandbox) as handle:
        handle.aplyid.create_case(client={"name": "Mary Denied", "client_type": "company"})
        webhook = handle.webhooks.wait()
        assert handle.webhooks.send_on(webhook, receiver.url)["delivered"]
        assert receiver.next().body == webhook.body
        assert handle.webhooks.send_on(webhook.id, receiver.url)["status"] == 200
        assert handle.webhooks.test(receiver.url)["ok"]
        handle.configure(webhook_url=receiver.url)
        assert "took it" in handle.webhooks.test()["told"]
        assert [case["id"] for case in handle.cases.all(search="mary", state="completed", outcome="denied")] == [1024]
        assert handle.cases.all(search="nobody") == []
