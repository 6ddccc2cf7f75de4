"""What looks like a secret is shown nowhere: not in the journal, the log, the banner, a page, a file or an error."""

import io
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from emulator import logs
from emulator.masking import masked, masked_body, masked_header, masked_url
from tests.commands import run, serving
from tests.emulators import APLYID_PATH, SPHINXHQ_PATH, Emulator, served
from tests.receivers import free_port, receiving, status
from tests.wire import request_bytes

SECRET = "hunter2-very-secret"
NAMES = [
    *("secret", "token", "sig", "signature", "X-Amz-Signature", "pwd", "pass", "pw", "code", "otp", "pin", "jwt"),
    *("hmac", "apikey", "api-key", "subscription-key", "client_secret", "sid", "PHPSESSID", "access_code", "nonce"),
    *("user[password]", "accessToken", "userPin", "%74oken", "%2574oken", "auth", "private", "x.sig", "SAMLResponse"),
]
URLS = [
    "http://u:{}@h/",
    "http://{}@h/",
    "HTTPS://u:{}@h:1/x?a=1",
    "http:\\\\u:{}@h/",
    "http:/\\u:{}@h/",
    "http:/u:{}@h/",
    "http:u:{}@h/",
    "http:///u:{}@h/",
    "//u:{}@h/",
    "\\\\u:{}@h/",
    " http://u:{}@h/",
    "ht\ttp://u:{}@h/",
    "http://u:a@{}@h/",
    "http://u:a/{}@h/",
    "http://u:a?{}@h/",
    "http://u: {}@h/",
    "http://u:{}%40h/",
    "ftp://u:{}@h/",
    *(f"http://h/hook?{name}={{}}" for name in NAMES),
    "http://h/hook?a=1&sig={};b",
    "http://h/hook?sig=a;{}&b=1",
    "http://h/hook?sig=a?{}",
    "http://h/hook?sig=a {}",
    "http://h/hook#access_token={}",
    "http://h/hook;token={}",
    "http://h/hook?next=http%3A%2F%2Fu%3A{}%40h",
    "http://h/hook?next=%2Fa%3Ftoken%3D{}",
    "http://h/hook?next=%252Fa%253Ftoken%253D{}",
    "http://h/hook?a=/b?token={}",
]


@pytest.mark.parametrize("url", URLS)
def test_no_spelling_of_a_url_shows_its_secret(url: str) -> None:
    for shown in (
        masked_url(url.format(SECRET)),
        masked_body(json.dumps({"url": url.format(SECRET)}).encode()).decode(),
    ):
        assert SECRET not in shown
        assert "***" in shown


@pytest.mark.parametrize(
    "name", [*NAMES, "Set-Cookie", "X-Hub-Signature-256", "Cf-Access-Jwt-Assertion", "DPoP", "X-Pin"]
)
def test_no_header_shows_its_secret(name: str) -> None:
    assert masked_header(name, SECRET) == "***"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (rb'{"u": "http:\/\/u:p@h\/?a=1", "b": "\u20ac"}', rb'{"u": "http://***@h/?a=1", "b": "\u20ac"}'),
        (rb'{"u": "http://h?tok\u0065n\u003dS\u0026a\u003d1"}', rb'{"u": "http://h?token=***&a=1"}'),
        (b"a=1&token=S", b"a=1&token=***"),
        (b'{"u": "http://h?token=S"', b'{"u": "http://h?token=***"'),
        (b'\xff{"u": "http://h?token=S"}', b'\xff{"u": "http://h?token=***"}'),
        (b'{"risk_score": 1, "eyJ": "high", "b": "ghp_12345678"}', b'{"risk_score": 1, "eyJ": "high", "b": "***"}'),
        (b'{"u": "see http:user:p%40h"}', b'{"u": "see http:user:p%40h"}'),
        (b'{"u": "http:user:p%40h"}', b'{"u": "http:***@h"}'),
    ],
)
def test_a_body_changes_only_where_a_secret_is(body: bytes, shown: bytes) -> None:
    assert masked_body(body) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Bearer abc.def1", "Bearer ***"),
        ("Basic dXNlcjpwYXNz", "Basic ***"),
        ("x eyJhbGciOi.eyJzdWIi.abc y", "x *** y"),
        ("github_pat_11ABCDEFG0", "***"),
        ("rk-abcdefgh12", "***"),
        ("see http://u:p@h/ and http://h/?sig=S now", "see http://***@h/ and http://h/?sig=*** now"),
        ("/hook?3f9aC01d7b5Ee82c64aa", "/hook?***"),
    ],
)
def test_a_text_is_masked_in_place(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "http://h:80/@scope/x?country_code=AUS&page=1",
        "jo@example.com",
        "sphinxhq.unauthorized=403",
        "http://h/7d1c1f1e-6a0e-4c55-b1a4-1de1e4f3b9aa?id=7d1c1f1e-6a0e-4c55-b1a4-1de1e4f3b9aa",
        "http://[::1]:1/x?status=completed&design=red",
        "?debug",
        "send Authorization: Bearer <token>",
        "the bearer scheme, Basic authentication",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert (masked(text), masked_url(text)) == (text, text)
    assert masked_header("WWW-Authenticate", "Session") == "Session"


def formatted(record: logging.LogRecord) -> str:
    return logs.TextFormat().format(record) + logs.JsonFormat().format(record)


def test_no_line_of_the_log_shows_a_secret_nor_does_a_trace() -> None:
    stream = io.StringIO()
    for form in (logs.TextFormat(), logs.JsonFormat()):
        handler = logging.StreamHandler(stream)
        handler.setFormatter(form)
        log = logging.Logger("any")
        log.addHandler(handler)
        try:
            raise ValueError(f"http://u:{SECRET}@h/")
        except ValueError:
            log.exception("of %s", f"http://h/?sig={SECRET}")
    assert "Traceback" in stream.getvalue()
    assert SECRET not in stream.getvalue()


def everything(emulator: Emulator) -> str:
    """All that the control API and the pages show of this sandbox."""
    paths = ("", "requests?direction=both", "requests/near-misses", "outcomes", "faults")
    shown = "".join(emulator.control("GET", path).text for path in paths)
    shown += "".join(str({**sent, "body": ""}) for sent in emulator.control("GET", "deliveries").json()["deliveries"])
    pages = ("", "/requests", "/inbox", "/sandboxes", "/planning", "/cases/aplyid/1024")
    return shown + "".join(emulator.http.get(f"{emulator.url}{page}?sandbox={emulator.sandbox}").text for page in pages)


def test_no_receiver_s_secret_is_shown_wherever_somebody_may_look(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with receiving(status(503, Location=f"/?sig={SECRET}")) as receiver:
        url = f"{receiver.url}/hook?pwd={SECRET}"
        emulator.control("PATCH", "", {"webhook_url": url, "retry": "once"})
        emulator.control("POST", "faults", {"kind": "extra_fields", "when": {"webhook_url": url}})
        emulator.aplyid.open_case()
        for other in (url, f"http:\\\\u:{SECRET}@h/", f"http://127.0.0.1:{free_port()}/#token={SECRET}"):
            emulator.sphinxhq.open_case(webhook_url=other)
        emulator.control("POST", "clock/settle", {})
        assert receiver.next().path == f"/hook?pwd={SECRET}"
    shown = everything(emulator)
    assert SECRET not in shown
    # Sphinx's webhook repeats its address, and a body stays as it is sent.
    assert SECRET in emulator.control("GET", "deliveries?provider=sphinxhq").json()["deliveries"][0]["body"]
    assert f"{receiver.url}/hook?pwd=***" in shown
    lines = "".join(map(formatted, caplog.records))
    assert "/hook?pwd=***" in lines
    assert SECRET not in lines


def echo(handler: Any) -> None:
    """Answer with the path that was asked for, as a framework's page of an error does."""
    answer = f"no route for {handler.path}".encode()
    handler.send_response(404)
    handler.send_header("Content-Length", str(len(answer)))
    handler.end_headers()
    handler.wfile.write(answer)


def test_a_snapshot_holds_secrets_only_in_the_addresses_that_restore_needs(emulator: Emulator) -> None:
    with receiving(echo) as receiver:
        url = f"{receiver.url}/hook?sig={SECRET}"
        emulator.control("PATCH", "", {"webhook_url": url, "retry": "once"})
        emulator.aplyid.open_case()
        emulator.control("POST", "clock/settle", {})
        [sent] = emulator.control("GET", "deliveries").json()["deliveries"]
        taken = emulator.control("GET", "snapshot").json()
        assert (sent["url"], sent["attempts"][0]["answer"]) == (
            f"{receiver.url}/hook?sig=***",
            "no route for /hook?sig=***",
        )
        assert taken["attempts"][0]["answer"] == "no route for /hook?sig=***"
        assert (taken["settings"].pop("webhook_url"), taken["deliveries"][0].pop("url")) == (url, url)
        assert SECRET not in json.dumps(taken)
        whole = emulator.control("GET", "snapshot").json()
        assert emulator.control("POST", "restore", whole).status_code == 200
        receiver.next()
        emulator.aplyid.open_case(activity__external_id="after")
        assert receiver.next().path == f"/hook?sig={SECRET}"


def test_an_address_that_is_sent_back_as_it_was_shown_stays(emulator: Emulator) -> None:
    with receiving() as receiver:
        emulator.control("PATCH", "", {"webhook_url": f"{receiver.url}/?token={SECRET}"})
        shown = emulator.control("GET", "").json()["settings"]["webhook_url"]
        assert shown == f"{receiver.url}/?token=***"
        assert emulator.control("PATCH", "", {"webhook_url": shown, "delay": 0}).status_code == 200
        emulator.aplyid.open_case()
        assert receiver.next().path == f"/?token={SECRET}"


@pytest.mark.parametrize("provider", ["aplyid", "sphinxhq"])
def test_no_credential_under_any_name_is_in_the_journal(emulator: Emulator, provider: str) -> None:
    path = APLYID_PATH if provider == "aplyid" else SPHINXHQ_PATH
    key = {"X-Workflow-Access-Key": f"test_{emulator.sandbox}", "Cookie": f"sessionid=test_{emulator.sandbox}"}
    headers = {f"X-{name}": SECRET for name in NAMES if name.replace("-", "").isalnum() and name != "userPin"}
    query = "&".join(f"{name}={SECRET}" for name in NAMES)
    emulator.raw(request_bytes("POST", f"{path}?{query}", {**key, **headers, "Referer": f"http://h/?{query}"}))
    assert SECRET not in emulator.control("GET", "requests").text
    assert '"X-Sig": "***"' in emulator.control("GET", "requests").text


@pytest.mark.slow
def test_neither_banner_nor_log_nor_doctor_shows_the_secret_of_the_receiver(tmp_path: Path) -> None:
    with receiving() as receiver:
        url = f"{receiver.url}/hook?secret={SECRET}"
        flags = ("--port", "0", "--webhook-url", url)
        with serving(tmp_path, *flags, "--delay", "0") as process:
            process.emulator.aplyid.open_case()
            receiver.next()
            _, _, shown = process.ask_to_stop()
        done = run(tmp_path, "doctor", *flags)
    assert "/hook?secret=***" in shown
    assert "/hook?secret=***" in done.stdout
    assert SECRET not in shown + done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("url", [f"http:\\\\u:{SECRET}@h/", f"http://u:{SECRET}@h/", f"http://h:99999/?sig={SECRET}"])
def test_no_error_about_a_setting_shows_the_secret(tmp_path: Path, url: str) -> None:
    done = run(tmp_path, "serve", "--port", "0", "--webhook-url", url)
    assert (done.returncode, SECRET in done.stdout + done.stderr) == (2, False)
    assert "***" in done.stderr


def test_no_refusal_of_the_control_api_repeats_a_secret_nor_does_its_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with served() as emulator:
        answer = emulator.control("PATCH", "", {f"http://u:{SECRET}@h/": 1})
        assert (answer.status_code, SECRET in answer.text + caplog.text) == (422, False)
        assert "http://***@h/" in caplog.text
