"""Run a command as a child process, and hand the signals that this process receives on to it.

A Ctrl-C in a terminal is not handed on. The child already has it, because it stays in the process group of its parent,
so that it may read what is typed. Where the system does not say who sent a signal, one that keys send counts as sent by
the terminal while this process is in the foreground.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import FrameType
from typing import NoReturn

# The signals that people and programs send; SIGBREAK, a second kind of Ctrl-C, exists on Windows alone.
NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGBREAK")
FROM_KEYS = ("SIGINT", "SIGQUIT", "SIGBREAK")
NOT_FOUND, NOT_EXECUTABLE = 127, 126
DIED_BY_SIGNAL = 128
POLL_SECONDS = 0.5
CAN_BLOCK = hasattr(signal, "pthread_sigmask")

Handler = Callable[[int, FrameType | None], object]


class CannotStart(Exception):
    """The command cannot be started; `code` is the exit code that says so, the text is the reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Relay:
    """Decides what signals do: before `hold` and after `release` they end this process, else they go to the child."""

    def __init__(self) -> None:
        # A signal that this process was told to ignore, as by nohup, is for the child to ignore as well.
        numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
        self._watched = {number for number in numbers if signal.getsignal(number) != signal.SIG_IGN}
        self._early: list[int] = []
        self._handle(_leave)

    def _handle(self, handler: Handler) -> None:
        for number in self._watched:
            signal.signal(number, handler)

    def hold(self) -> None:
        """Keep the signals that come from now on for the child.

        Call this before a second thread starts: it inherits the blocked signals, and would else take some of them.
        """
        self._handle(self._keep)
        if CAN_BLOCK:
            signal.signal(signal.SIGCHLD, self._notice)
            signal.pthread_sigmask(signal.SIG_BLOCK, {*self._watched, signal.SIGCHLD})

    def _keep(self, number: int, frame: FrameType | None) -> None:
        self._early.append(number)

    def _notice(self, number: int, frame: FrameType | None) -> None:
        """Do nothing: SIGCHLD has to have a handler, or else waiting for it notices nothing."""

    def run(self, command: Sequence[str], variables: Mapping[str, str]) -> int:
        """Run the command and return its exit code, 128 + n when signal n ended it; raise CannotStart."""
        child = self._start(command, variables)
        if child is None:
            return DIED_BY_SIGNAL + self._early[0]
        code = self._wait(child)
        return DIED_BY_SIGNAL - code if code < 0 else code

    def _start(self, command: Sequence[str], variables: Mapping[str, str]) -> "subprocess.Popen[bytes] | None":
        """Return the child process; None when a signal came before it was started."""
        self._unblock()
        if self._early:
            self._block()
            return None
        try:
            # Between `_unblock` and `_block`, because a child inherits the blocked signals.
            return subprocess.Popen([program_of(command[0], variables), *command[1:]], env=dict(variables))
        except (OSError, ValueError) as error:
            raise why_not_started(command[0], variables, error) from error
        finally:
            self._block()

    def _unblock(self) -> None:
        if CAN_BLOCK:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {*self._watched, signal.SIGCHLD})

    def _block(self) -> None:
        if CAN_BLOCK:
            signal.pthread_sigmask(signal.SIG_BLOCK, {*self._watched, signal.SIGCHLD})

    def _wait(self, child: "subprocess.Popen[bytes]") -> int:
        for number in self._early:
            _hand_on(child, number)
        while (code := child.poll()) is None:
            if CAN_BLOCK:
                self._next(child)
            else:
                # For a short time only, because on Windows no signal interrupts a wait.
                with suppress(subprocess.TimeoutExpired):
                    child.wait(POLL_SECONDS)
        return code

    def _next(self, child: "subprocess.Popen[bytes]") -> None:
        """Wait for a signal, which is handed on, or for the child to end."""
        signals = {*self._watched, signal.SIGCHLD}
        if hasattr(signal, "sigwaitinfo"):
            info = signal.sigwaitinfo(signals)
            number, reached_both = info.si_signo, info.si_code > 0  # sent by the kernel, as for a key
        else:
            number = signal.sigwait(signals)
            reached_both = signal.Signals(number).name in FROM_KEYS and _are_in_foreground()
        if number != signal.SIGCHLD and not reached_both:
            _hand_on(child, number)

    def release(self, code: int) -> None:
        """Drop the signals that wait, since the child has ended; from now on a signal ends this process with `code`."""
        if CAN_BLOCK:
            for number in signal.sigpending() & self._watched:
                signal.sigwait({number})
        self._handle(lambda number, frame: os._exit(code))
        self._unblock()


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(DIED_BY_SIGNAL + number)


def _hand_on(child: "subprocess.Popen[bytes]", number: int) -> None:
    with suppress(OSError, ValueError):  # it has ended meanwhile; on Windows the console has sent it the signal
        child.send_signal(number)


def _are_in_foreground() -> bool:
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def program_of(name: str, variables: Mapping[str, str]) -> str:
    """Return the program to start; on Windows `npm` may stand for npm.cmd, which only a search of PATH finds."""
    return (shutil.which(name, path=variables.get("PATH")) or name) if sys.platform == "win32" else name


def why_not_started(name: str, variables: Mapping[str, str], error: Exception) -> CannotStart:
    """Return the reason and the exit code for a command that the system did not start."""
    path = shutil.which(name, path=variables.get("PATH"))
    if isinstance(error, FileNotFoundError) and not path:
        return CannotStart(NOT_FOUND, f"the command {name} is not found: is it installed, and in PATH?")
    if isinstance(error, FileNotFoundError):
        return CannotStart(NOT_FOUND, f"{path} cannot be started: the program its first line names is not there")
    if isinstance(error, PermissionError):
        return CannotStart(NOT_EXECUTABLE, f"the command {name} may not be executed: chmod +x makes a file a program")
    text = getattr(error, "strerror", None) or str(error)
    return CannotStart(NOT_EXECUTABLE, f"the command {name} cannot be started ({text}): does its first line name one?")
