"""Write the log, one line an event, on stderr, as text or JSON; no line shows a secret."""

import json
import logging
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from typing import TextIO

from emulator.masking import masked

# Characters of a request that could break a log line in two, or steer a terminal, are written out.
CONTROLS = {c: f"\\x{c:02x}" for c in (*range(32), *range(127, 160))} | {
    c: f"\\u{c:04x}" for c in (0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


Entry = tuple[str, Mapping[str, object], datetime]  # a line of the log, what it is about, and its time
MASKED = {"is_masked": True}
FIELDS = ("sandbox", "provider", "case_id", "delivery_id")  # given as `extra`; a line has those it is about


class LineFormat(logging.Formatter):
    """What both formats share: the time in whole seconds of UTC, written out once a second."""

    _latest = (0, "")  # the second that was written out last; one value, because threads share it

    def time(self, created: float) -> str:
        """Return the time of a line."""
        second, text = self._latest
        if second != int(created):
            second = int(created)
            text = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            self._latest = second, text
        return text

    def line(self, created: float, logger: str, message: str, fields: Mapping[str, object]) -> str:
        """Return a line of the level INFO, without its end."""
        raise NotImplementedError


class TextFormat(LineFormat):
    """Time and message, and the level of a warning or worse between them."""

    def format(self, record: logging.LogRecord) -> str:
        level = f"{record.levelname.lower()}: " if record.levelno > logging.INFO else ""
        line = f"{self.time(record.created)} {level}{_plain(record)}"
        return f"{line}\n{masked(self.formatException(record.exc_info))}" if record.exc_info else line

    def line(self, created: float, logger: str, message: str, fields: Mapping[str, object]) -> str:
        return f"{self.time(created)} {message}"


class JsonFormat(LineFormat):
    """One JSON object a line, with the FIELDS that the line is about, and what was given as `extra["fields"]`."""

    def format(self, record: logging.LogRecord) -> str:
        line = self._object(record.created, record.levelname, record.name, _plain(record), vars(record))
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["trace"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)

    def line(self, created: float, logger: str, message: str, fields: Mapping[str, object]) -> str:
        return json.dumps(self._object(created, "info", logger, message, fields), ensure_ascii=False)

    def _object(
        self, created: float, level: str, logger: str, message: str, fields: Mapping[str, object]
    ) -> dict[str, object]:
        line: dict[str, object] = {
            "time": self.time(created),
            "level": level.lower(),
            "logger": logger,
            "message": message,
        }
        return line | {name: value for name in FIELDS if (value := fields.get(name)) is not None}


class LineHandler(logging.StreamHandler[TextIO]):
    """Writes to stderr or a similar stream, which Python flushes at the end of each line."""

    _is_told = False

    def __init__(self, stream: TextIO, form: LineFormat) -> None:
        super().__init__(stream)
        self.setFormatter(form)
        self._form = form

    def write_masked(self, logger: str, entries: Iterable[Entry]) -> None:
        """Write lines of the level INFO at once, without making records of them."""
        lines = [self._form.line(at.timestamp(), logger, _safe(text), fields) + "\n" for text, fields, at in entries]
        with self.lock or nullcontext():
            try:
                self.stream.write("".join(lines))
            except Exception:
                self.handleError(logging.makeLogRecord({}))

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


def _plain(record: logging.LogRecord) -> str:
    text = record.getMessage()
    return _safe(text if getattr(record, "is_masked", False) else masked(text))


def _safe(text: str) -> str:
    """Return the text on one line, with everything written out that a terminal could obey."""
    if text.isascii() and text.isprintable():  # nearly every line, and a tenth of the time
        return text
    return text.translate(CONTROLS).encode("utf-8", "backslashreplace").decode()


def log_masked(logger: logging.Logger, entries: Sequence[Entry]) -> None:
    """Log lines of the level INFO in which secrets are masked already.

    Where nobody but our handler would get them, they are written at once, without `logging`: a create would spend a
    thirtieth of its time there.
    """
    handlers = logging.root.handlers
    if len(handlers) == 1 and isinstance(handlers[0], LineHandler):
        handlers[0].write_masked(logger.name, entries)
        return
    for text, fields, at in entries:
        record = logger.makeRecord(logger.name, logging.INFO, "", 0, "%s", (text,), None, extra={**fields, **MASKED})
        record.created, record.msecs = at.timestamp(), at.microsecond // 1000
        logger.handle(record)


def configure(log_format: str, stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Log from `level` on, and of libraries warnings, to stderr or to a stream that flushes each line."""
    handler = LineHandler(stream or sys.stderr, JsonFormat() if log_format == "json" else TextFormat())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("emulator").setLevel(level)
    # Finding out where in the code a line comes from takes a tenth of a create's time, and no format shows it.
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging.logAsyncioTasks = False  # type: ignore[attr-defined, unused-ignore] # Python 3.12 and later have it
