"""Rows 104, 133 and 71: no credential reaches the log, and nothing that was sent steers a terminal."""

import json
import logging
import re

import pytest

from emulator.logs import JsonFormat, TextFormat
from tests.bad_input import rows_sphinxhq, rows_strangers
from tests.bad_input.answers import send, until
from tests.bad_input.rows_strangers import SECRET
from tests.bad_input.table import CREDENTIALS, PROVIDERS, Row, body, post
from tests.emulators import Emulator

HOSTILE = "a\x1b[31m\x07\x9b\u202e\u2066\u2028\u0085b\r\nINFO forged"
STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
SECRETS = [row for row in rows_strangers.ROWS if row.number == 104 and SECRET.encode() in row.request]


def written(caplog: pytest.LogCaptureFixture) -> str:
    """All that the log would hold, in both forms."""
    return "\n".join(form.format(record) for record in caplog.records for form in (TextFormat(), JsonFormat()))


@pytest.mark.parametrize("row", SECRETS, ids=lambda row: row.id)
def test_a_wrong_credential_is_not_in_the_log(emulator: Emulator, row: Row, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "emulator")
    send(emulator, row.request)
    assert SECRET not in written(caplog)
    assert SECRET.upper() not in written(caplog)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_right_credential_is_not_in_the_log(
    emulator: Emulator, provider: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "emulator")
    assert send(emulator, post(provider, body(provider))).status == 201
    assert emulator.sandbox in written(caplog)
    assert f"test_{emulator.sandbox}" not in written(caplog)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_credential_in_the_query_is_not_in_the_log(
    emulator: Emulator, provider: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "emulator")
    for place in ("sessionid", "access_key", "X-Workflow-Access-Key"):
        send(emulator, post(provider, body(provider), path=f"/integrations/core/cases?{place}={SECRET}"))
        send(emulator, post(provider, body(provider), path=f"/api/cases/?{place}={SECRET}"))
        send(emulator, post(provider, body(provider), path=f"/nobody?{place}={SECRET}"))
    assert SECRET not in written(caplog)


@pytest.mark.parametrize("row", [r for r in rows_sphinxhq.ROWS if r.number == 133], ids=lambda row: row.id)
def test_no_cookie_is_in_the_log(emulator: Emulator, row: Row, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "emulator")
    send(emulator, row.request)
    assert "sessionid" not in written(caplog).replace("the cookie sessionid", "")  # which the advice names
    assert f"test_{emulator.sandbox}" not in written(caplog)


def test_a_password_in_a_webhook_url_is_not_in_the_log(emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "emulator")
    emulator.sphinxhq.open_case(webhook_url=f"http://user:{SECRET}@127.0.0.1:1/?token={SECRET}")
    assert until(emulator.inbox)[0]["state"] == "blocked"
    assert f":{SECRET}@" not in written(caplog)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_refusal_does_not_repeat_the_credential(emulator: Emulator, provider: str) -> None:
    name, _ = CREDENTIALS[provider]
    value = SECRET if provider == "aplyid" else f"sessionid={SECRET}"
    answer = send(emulator, post(provider, body(provider), (name, value)))
    assert SECRET.encode() not in answer.body
    assert SECRET not in str(answer.headers)


@pytest.mark.parametrize("place", ["webhook_url", "notes", "customer.external_id", "checks.0.input_details"])
def test_what_was_sent_steers_no_terminal(emulator: Emulator, place: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "emulator")
    sent = body("sphinxhq", place, HOSTILE).replace(b"Mary Stuck", b"Mary Chen")
    assert send(emulator, post("sphinxhq", sent)).status == 201
    until(emulator.inbox)  # by now its end is in the log as well
    for record in caplog.records:
        assert not STEERING.search(TextFormat().format(record))


@pytest.mark.parametrize("path", ["/%1b[31m", "/api/%0d%0aforged", "/%e2%80%ae", "/%c2%9b", "/integrations/%00"])
def test_a_path_steers_no_terminal(emulator: Emulator, path: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "emulator")
    assert send(emulator, post("sphinxhq", b"{}", path=path)).status == 404
    assert caplog.records
    for record in caplog.records:
        assert not STEERING.search(TextFormat().format(record))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_advice_is_one_ascii_line(emulator: Emulator, provider: str) -> None:
    order = {**json.loads(body(provider)), HOSTILE: 1, "externalid" * 10_000: 1, "é": 1}
    answer = send(emulator, post(provider, json.dumps(order).encode()))
    assert answer.status == 201
    advice = answer.headers.get("x-emulator-advice", "")
    assert advice.isascii()
    assert not STEERING.search(advice)
    assert len(advice) <= 1_000
