"""Write the log, one line an event, on stderr, as text or JSON; no line shows a secret."""

import json
import logging
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TextIO

from emulator.masking import masked

# Characters of a request that could break a log line in two, or steer a terminal, are written out.
CONTROLS = {c: f"\\x{c:02x}" for c in (*range(32), *range(127, 160))} | {
    c: f"\\u{c:04x}" for c in (0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


FIELDS = ("sandbox", "provider", "case_id", "delivery_id")  # given as `extra`; a line has those it is about


class LineHandler(logging.StreamHandler[TextIO]):
    """Writes to stderr or a similar stream, which Python flushes at the end of each line."""

    _is_told = False

    def flush(self) -> None:
        """Do nothing: the stream holds nothing back."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (as of logging)
        """Say once that the stream takes no more lines, as on a full disk; a trace for each would help nobody."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
        elif not self._is_told:
            self._is_told = True
            with suppress(OSError):
                print(f"case-emulator: the log cannot be written: {error.strerror}", file=sys.stderr)  # noqa: T201


class LineFormat(logging.Formatter):
    """What both formats share: the time in whole seconds of UTC, written out once a second."""

    _latest = (0, "")  # the second that was written out last; one value, because threads share it

    def time(self, record: logging.LogRecord) -> str:
        """Return the time of the line."""
        second, text = self._latest
        if second != int(record.created):
            second = int(record.created)
            text = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            self._latest = second, text
        return text


class TextFormat(LineFormat):
    """Time and message, and the level of a warning or worse between them."""

    def format(self, record: logging.LogRecord) -> str:
        level = f"{record.levelname.lower()}: " if record.levelno > logging.INFO else ""
        line = f"{self.time(record)} {level}{_plain(record)}"
        return f"{line}\n{masked(self.formatException(record.exc_info))}" if record.exc_info else line


class JsonFormat(LineFormat):
    """One JSON object a line, with the FIELDS that the line is about, and what was given as `extra["fields"]`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _plain(record),
        }
        line |= {name: value for name in FIELDS if (value := getattr(record, name, None)) is not None}
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["trace"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def _plain(record: logging.LogRecord) -> str:
    text = record.getMessage()
    shown = text if getattr(record, "is_masked", False) else masked(text)
    if shown.isascii() and shown.isprintable():  # nearly every line, and a tenth of the time
        return shown
    return shown.translate(CONTROLS).encode("utf-8", "backslashreplace").decode()


def log_masked(logger: logging.Logger, text: str, fields: Mapping[str, object], at: datetime) -> None:
    """Log a line of the level INFO in which secrets are masked already.

    In a process of ours that takes half the time of `Logger.info`, which finds out much that no format here shows.
    """
    if logging.logThreads:  # in the process of somebody else, whose formats may show all of it
        logger.info("%s", text, extra={**fields, "is_masked": True})
        return
    record = logging.LogRecord.__new__(logging.LogRecord)
    moment = {"created": at.timestamp(), "msecs": at.microsecond // 1000}
    record.__dict__.update(BARE, name=logger.name, msg=text, **moment, **fields)
    logger.handle(record)


BARE = {**vars(logging.LogRecord("", logging.INFO, "", 0, "", None, None)), "is_masked": True}


def configure(log_format: str, stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Log from `level` on, and of libraries warnings, to stderr or to a stream that flushes each line."""
    handler = LineHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormat() if log_format == "json" else TextFormat())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("emulator").setLevel(level)
    # Finding out where in the code a line comes from takes a tenth of a create's time, and no format shows it.
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.logAsyncioTasks = False  # type: ignore[attr-defined, unused-ignore] # Python 3.12 and later have it
