"""What the machine drives: a served emulator on a file that it can be started from again, and two receivers."""

import http.client
import json
import logging
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from emulator.running import RunningEmulator
from tests.emulators import Emulator, settings
from tests.machine.timeline import MOODS, RETRY_AFTER
from tests.receivers import Received, Receiver, free_port, receiving, status

SLOWLY = 0.03  # seconds a slow receiver takes
DELAY = 2


class Hook:
    """A receiver in one of several moods; when nobody listens its port is kept, so that no stranger takes it."""

    def __init__(self, path: str) -> None:
        self.path, self.mood = path, "up"
        self.came: list[Received] = []
        self._stack = ExitStack()
        self._receiver: Receiver | None = None
        self._listen(0)
        assert self._receiver
        self.port = self._receiver.port

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def turn(self, mood: str) -> None:
        """Be in that mood from now on."""
        was, self.mood = self.mood, mood
        if "down" in (was, mood) and was != mood:
            self._collect()
            self._stack.close()
            if mood == "down":
                self._keep_port()
            else:
                self._listen(self.port)

    def close(self) -> None:
        self._stack.close()

    def taken(self) -> list[Received]:
        """What came since the last time."""
        self._collect()
        came, self.came = self.came, []
        return came

    def _listen(self, port: int) -> None:
        self._receiver = self._stack.enter_context(receiving(self._reply, port=port))

    def _keep_port(self) -> None:
        held = self._stack.enter_context(socket.socket())
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", self.port))  # without listening: whoever dials it is refused

    def _collect(self) -> None:
        while self._receiver and not self._receiver.nothing_came():
            self.came.append(self._receiver.next())

    def _reply(self, handler: BaseHTTPRequestHandler) -> None:
        if self.mood == "slow":
            time.sleep(SLOWLY)
        code = MOODS[self.mood]
        assert code is not None
        headers = {"Retry_After": str(RETRY_AFTER)} if self.mood == "busy" else {}
        status(code, **headers)(handler)


class Errors(logging.Handler):
    """Remembers what the emulator logged as an error: whatever the machine does, there is none."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(self.format(record))


class World:
    """An emulator on a file, and the receivers."""

    def __init__(self, file: Path, hooks: list[Hook]) -> None:
        self.file, self.hooks = file, hooks
        self.running: RunningEmulator | None = None
        self.start(free_port())

    def start(self, port: int) -> None:
        self.running = RunningEmulator(settings(database=f"sqlite:///{self.file}", delay=DELAY, port=port))
        self.running.start()
        self.emulator = Emulator(self.running.address)
        self.line = http.client.HTTPConnection("127.0.0.1", self.emulator.port)

    def stop(self) -> None:
        self.line.close()
        self.emulator.http.close()
        if self.running:
            self.running.stop()
        self.running = None

    def restart(self, *, same_port: bool) -> None:
        """Stop it and start it again on the same file."""
        port = self.emulator.port
        self.stop()
        self.start(port if same_port else free_port())

    def of(self, sandbox: str) -> Emulator:
        return self.emulator.of(sandbox)

    def moods(self) -> dict[str, str]:
        return {hook.host: hook.mood for hook in self.hooks}

    def see(self, sandbox: str, path: str, status: int = 200) -> Any:
        """A read of the control API, or of Sphinx where the path starts with a slash; without a library, to be fast."""
        url = path if path.startswith("/") else f"/_emulator/sandboxes/{sandbox}/{path}".rstrip("/")
        self.line.request("GET", url, headers={"Cookie": f"sessionid=test_{sandbox}"})
        answer = self.line.getresponse()
        text = answer.read()
        assert answer.status == status, text
        return json.loads(text)

    def snapshot(self, sandbox: str) -> dict[str, Any]:
        """The sandbox as one document, without the time when it was taken."""
        document: dict[str, Any] = self.see(sandbox, "snapshot")
        del document["taken_at"]
        return document


@contextmanager
def two_hooks() -> Iterator[list[Hook]]:
    """Two receivers, and the emulator's log no longer than it has to be."""
    log, errors = logging.getLogger("emulator"), Errors()
    before = log.level
    log.setLevel(logging.ERROR)
    log.addHandler(errors)
    hooks = [Hook("a"), Hook("b")]
    try:
        yield hooks
    finally:
        for hook in hooks:
            hook.close()
        log.removeHandler(errors)
        log.setLevel(before)
    assert errors.told == []
