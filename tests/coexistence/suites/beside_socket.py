"""pytest-socket with --allow-hosts=127.0.0.1: the sandbox is asked, and nobody else."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError


@pytest.mark.filterwarnings("ignore:A test tried to use:UserWarning")
def test_the_sandbox_is_asked_and_nobody_else(sandbox):
    sandbox.aplyid.create_case(activity={"external_id": "order-1"})
    sandbox.clock.advance(60)
    assert sandbox.webhooks.wait(external_id="order-1").json["status"] == "completed"
    with pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
