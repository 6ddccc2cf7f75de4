"""VCR.py by pytest-recording: it plays another service from a cassette, and leaves this machine alone."""

import pytest
import requests

CASSETTE = """
version: 1
interactions:
- request: {method: GET, uri: "https://rates.acme.com/", body: null, headers: {}}
  response:
    status: {code: 200, message: OK}
    headers: {Content-Type: [application/json]}
    body: {string: '{"AUD": 1.5}'}
"""


@pytest.fixture(scope="module")
def vcr_config():
    return {"ignore_localhost": True}


@pytest.fixture
def default_cassette_name():
    return "rates"


@pytest.fixture(scope="module")
def vcr_cassette_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cassettes")
    folder.joinpath("rates.yaml").write_text(CASSETTE, "utf-8")
    return str(folder)


@pytest.mark.vcr
def test_another_service_is_played_while_the_sandbox_is_asked(sandbox, vcr):
    sandbox.aplyid.create_case(activity={"external_id": "order-1"})
    assert requests.get("https://rates.acme.com/", timeout=5).json() == {"AUD": 1.5}
    sandbox.clock.advance(60)
    assert sandbox.webhooks.wait(external_id="order-1").json["status"] == "completed"
    assert (len(vcr), vcr.play_count) == (1, 1)
