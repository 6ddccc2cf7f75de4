"""How the log is written: one line an event, on stderr, as text or JSON."""

import json
import logging
import sys
from typing import TextIO

# Whatever a request carries, a log line stays one line and steers no terminal.
CONTROLS = {c: f"\\x{c:02x}" for c in (*range(32), *range(127, 160))} | {
    c: f"\\u{c:04x}" for c in (0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
}


class LineHandler(logging.StreamHandler[TextIO]):
    """Writes to stderr or the like, which Python flushes at the end of each line."""

    def flush(self) -> None:
        """Nothing is held back."""


class TextFormat(logging.Formatter):
    """Time, message; a level only where it is a warning or worse."""

    def format(self, record: logging.LogRecord) -> str:
        level = f"{record.levelname.lower()}: " if record.levelno > logging.INFO else ""
        line = f"{self.formatTime(record, '%H:%M:%S')} {level}{_plain(record.getMessage())}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


class JsonFormat(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _plain(record.getMessage()),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def _plain(text: str) -> str:
    return text.translate(CONTROLS).encode("utf-8", "backslashreplace").decode()


def configure(log_format: str, stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Write our log from that level on, and warnings of libraries, to stderr or to a stream that flushes each line."""
    handler = LineHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormat() if log_format == "json" else TextFormat())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("emulator").setLevel(level)
    # No line says where in our code it was written, so nobody has to find out: a tenth of a create's time.
    logging._srcfile = None
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
