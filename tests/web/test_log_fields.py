"""What a line of the log is about stands in fields of its own, for programs that read it."""

import json
import logging
import time
from datetime import UTC, datetime
from io import StringIO
from typing import Any, ClassVar

import pytest

from emulator.logs import FIELDS, Entry, JsonFormat, LineFormat, LineHandler, TextFormat, log_masked
from tests.emulators import LEAVE_OUT, Emulator
from tests.waiting import wait_until

Line = dict[str, Any]


def lines(caplog: pytest.LogCaptureFixture, logger: str, text: str) -> list[Line]:
    """The lines of that logger with that text, as `--log-format json` writes them."""
    written = [json.loads(JsonFormat().format(record)) for record in list(caplog.records)]
    return [line for line in written if line["logger"] == logger and text in line["message"]]


def line(caplog: pytest.LogCaptureFixture, logger: str, text: str) -> Line:
    """The one such line, once it is there."""
    wait_until(lambda: bool(lines(caplog, logger, text)))
    [found] = lines(caplog, logger, text)
    return found


def fields(of: Line) -> Line:
    return {name: of[name] for name in FIELDS if name in of}


@pytest.fixture(autouse=True)
def _every_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "emulator")


@pytest.mark.parametrize("provider", ["aplyid", "sphinxhq"])
def test_a_request_s_line_has_its_sandbox_provider_and_case(
    emulator: Emulator, provider: str, caplog: pytest.LogCaptureFixture
) -> None:
    case = getattr(emulator, provider).open_case()
    case_id = case["case_id"] if provider == "aplyid" else case["id"]
    created = line(caplog, "emulator.requests", f"201 sandbox {emulator.sandbox} ")
    assert fields(created) == {"sandbox": emulator.sandbox, "provider": provider, "case_id": case_id}


def test_a_refused_request_s_line_has_no_case(emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    assert emulator.aplyid.post({}).status_code == 400
    refused = line(caplog, "emulator.requests", f"400 sandbox {emulator.sandbox} ")
    assert fields(refused) == {"sandbox": emulator.sandbox, "provider": "aplyid"}


def test_a_request_to_a_path_of_nobody_is_about_nothing(emulator: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    assert emulator.http.get(f"{emulator.url}/nobody-has-this").status_code == 404
    assert fields(line(caplog, "emulator.requests", "/nobody-has-this")) == {}


def test_the_lines_of_a_webhook_name_its_case_and_its_delivery(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    case_id = emulator.sphinxhq.open_case(webhook_url="http://127.0.0.1:1/")["id"]
    ended = line(caplog, "emulator.cases", f"in sandbox {emulator.sandbox} ")
    sent = line(caplog, "emulator.webhooks", ended["delivery_id"])
    about = {"sandbox": emulator.sandbox, "provider": "sphinxhq", "case_id": case_id}
    [delivery] = emulator.control("GET", "deliveries").json()["deliveries"]
    assert fields(ended) == fields(sent) == {**about, "delivery_id": delivery["id"]}


def test_a_case_without_a_webhook_has_no_delivery_in_its_line(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    case_id = emulator.aplyid.open_case(activity__external_id=LEAVE_OUT)["case_id"]
    ended = line(caplog, "emulator.cases", f"in sandbox {emulator.sandbox} ")
    assert "no webhook" in ended["message"]
    assert fields(ended) == {"sandbox": emulator.sandbox, "provider": "aplyid", "case_id": case_id}


def test_a_line_about_nothing_has_no_fields() -> None:
    record = logging.LogRecord("emulator.run", logging.INFO, "", 0, "serving at %s", ("http://[::1]:1",), None)
    assert json.loads(JsonFormat().format(record)).keys() == {"time", "level", "logger", "message"}


@pytest.mark.parametrize("form", [TextFormat, JsonFormat])
def test_each_line_has_the_second_of_its_own_time(form: type[logging.Formatter]) -> None:
    form_of_all, created = form(), (1_700_000_000.9, 1_700_000_001.0, 1_700_000_001.9, 1_700_000_000.0)
    for moment in created:
        record = logging.makeLogRecord({"created": moment, "msg": "said", "levelno": logging.INFO})
        assert form_of_all.format(record) == form().format(record)
        assert time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment)) in form_of_all.format(record)


AT = datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)
MASKED: list[Entry] = [("100 %s=1\n", {"sandbox": "a", "case_id": None}, AT), ("the next", {}, AT)]


def test_a_line_that_is_masked_already_is_one_as_any_other(caplog: pytest.LogCaptureFixture) -> None:
    log_masked(logging.getLogger("emulator.requests"), MASKED)
    record, _ = caplog.records
    assert (record.getMessage(), record.levelno, record.exc_info) == (MASKED[0][0], logging.INFO, None)
    assert logging.Formatter("%(name)s %(levelname)s %(threadName)s %(message)s").format(record)
    assert logging.Formatter("%(asctime)s").format(record).endswith(",678")
    assert json.loads(JsonFormat().format(record)) == {
        "time": "2026-01-02T03:04:05Z",
        "level": "info",
        "logger": "emulator.requests",
        "message": "100 %s=1\\x0a",
        "sandbox": "a",
    }


@pytest.mark.parametrize("form", [TextFormat, JsonFormat])
def test_where_only_our_handler_listens_lines_are_written_at_once_and_are_the_same(
    monkeypatch: pytest.MonkeyPatch, form: type[LineFormat]
) -> None:
    class Stream(StringIO):
        written: ClassVar[list[str]] = []

        def write(self, text: str) -> int:
            self.written.append(text)
            return len(text)

    Stream.written.clear()
    ours, log = LineHandler(Stream(), form()), logging.getLogger("emulator.requests")
    monkeypatch.setattr(logging.root, "handlers", [ours])
    log_masked(log, MASKED)
    monkeypatch.setattr(logging.root, "handlers", [ours, logging.NullHandler()])
    log_masked(log, MASKED)
    at_once, *one_by_one = Stream.written
    assert (at_once, len(one_by_one)) == ("".join(one_by_one), 2)
