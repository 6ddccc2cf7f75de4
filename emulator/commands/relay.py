"""A command as a child of ours, to which the signals that we are sent are handed on.

In a terminal a Ctrl-C goes to both of us, because the child stays in our process group, where it may read what is
typed: that one is not handed on. Where the system does not say who sent it, being in the foreground has to do.
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

# What people and programs send; a second kind of Ctrl-C exists only on Windows.
NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGBREAK")
FROM_KEYS = ("SIGINT", "SIGQUIT", "SIGBREAK")
NOT_FOUND, NOT_EXECUTABLE = 127, 126
DIED_BY_SIGNAL = 128
PIECE = 0.5  # seconds
CAN_BLOCK = hasattr(signal, "pthread_sigmask")

Handler = Callable[[int, FrameType | None], object]


class CannotStart(Exception):
    """The command cannot be started: with which exit code to say so, and why."""

    def __init__(self, code: int, told: str) -> None:
        super().__init__(told)
        self.code = code


class Relay:
    """What becomes of signals: until `hold` they end us, then they are kept for the child, and after it ended again."""

    def __init__(self) -> None:
        # What we were told to ignore, as by nohup, the child is to ignore as well.
        numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
        self._watched = {number for number in numbers if signal.getsignal(number) != signal.SIG_IGN}
        self._early: list[int] = []
        self._handle(_leave)

    def _handle(self, handler: Handler) -> None:
        for number in self._watched:
            signal.signal(number, handler)

    def hold(self) -> None:
        """Keep what comes from now on.

        Called before there is any thread but ours: in another one a signal would end up where nobody waits for it.
        """
        self._handle(self._keep)
        if CAN_BLOCK:
            signal.signal(signal.SIGCHLD, self._notice)
            signal.pthread_sigmask(signal.SIG_BLOCK, {*self._watched, signal.SIGCHLD})

    def _keep(self, number: int, frame: FrameType | None) -> None:
        self._early.append(number)

    def _notice(self, number: int, frame: FrameType | None) -> None:
        """A child's end is asked for, but it has to have a handler in order to be noticed at all."""

    def run(self, command: Sequence[str], variables: Mapping[str, str]) -> int:
        """The exit code of the command, 128 + n when signal n ended it; raises CannotStart."""
        child = self._start(command, variables)
        if child is None:
            return DIED_BY_SIGNAL + self._early[0]
        code = self._wait(child)
        return DIED_BY_SIGNAL - code if code < 0 else code

    def _start(self, command: Sequence[str], variables: Mapping[str, str]) -> "subprocess.Popen[bytes] | None":
        """The child; None: we were asked to stop before there was one."""
        self._open()
        if self._early:
            self._close()
            return None
        try:
            # Between `_open` and `_close`, because a child inherits what is blocked.
            return subprocess.Popen([_program(command[0], variables), *command[1:]], env=dict(variables))
        except (OSError, ValueError) as error:
            raise _worded(command[0], variables, error) from error
        finally:
            self._close()

    def _open(self) -> None:
        if CAN_BLOCK:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {*self._watched, signal.SIGCHLD})

    def _close(self) -> None:
        if CAN_BLOCK:
            signal.pthread_sigmask(signal.SIG_BLOCK, {*self._watched, signal.SIGCHLD})

    def _wait(self, child: "subprocess.Popen[bytes]") -> int:
        for number in self._early:
            _hand_on(child, number)
        while (code := child.poll()) is None:
            if CAN_BLOCK:
                self._next(child)
            else:
                with suppress(subprocess.TimeoutExpired):  # in pieces: on Windows no signal interrupts it
                    child.wait(PIECE)
        return code

    def _next(self, child: "subprocess.Popen[bytes]") -> None:
        """Wait for a signal, or for a change of the child."""
        wanted = {*self._watched, signal.SIGCHLD}
        if hasattr(signal, "sigwaitinfo"):
            told = signal.sigwaitinfo(wanted)
            number, reached_both = told.si_signo, told.si_code > 0  # the kernel sent it, as for a key
        else:
            number = signal.sigwait(wanted)
            reached_both = signal.Signals(number).name in FROM_KEYS and _are_in_foreground()
        if number != signal.SIGCHLD and not reached_both:
            _hand_on(child, number)

    def release(self, code: int) -> None:
        """The child has ended: what came before is void, and from now on a signal ends us at once, with that code."""
        if CAN_BLOCK:
            for number in signal.sigpending() & self._watched:
                signal.sigwait({number})
        self._handle(lambda number, frame: os._exit(code))
        self._open()


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    sys.exit(DIED_BY_SIGNAL + number)


def _hand_on(child: "subprocess.Popen[bytes]", number: int) -> None:
    with suppress(OSError, ValueError):  # ended meanwhile; on Windows it has got it from the console
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


def _program(name: str, variables: Mapping[str, str]) -> str:
    """What to start: on Windows a name may stand for npm.cmd, which only a look into PATH finds."""
    return (shutil.which(name, path=variables.get("PATH")) or name) if sys.platform == "win32" else name


def _worded(name: str, variables: Mapping[str, str], error: Exception) -> CannotStart:
    found = shutil.which(name, path=variables.get("PATH"))
    if isinstance(error, FileNotFoundError) and not found:
        return CannotStart(NOT_FOUND, f"the command {name} is not found: is it installed, and in PATH?")
    if isinstance(error, FileNotFoundError):
        return CannotStart(NOT_FOUND, f"{found} cannot be started: the program its first line names is not there")
    if isinstance(error, PermissionError):
        return CannotStart(NOT_EXECUTABLE, f"the command {name} may not be executed: chmod +x makes a file a program")
    told = getattr(error, "strerror", None) or str(error)
    return CannotStart(NOT_EXECUTABLE, f"the command {name} cannot be started ({told}): does its first line name one?")
