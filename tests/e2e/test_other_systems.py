"""The emulator on systems that lack what POSIX has: modules, functions and signals that Windows does not know."""

import subprocess
import sys

import pytest

# What Windows lacks of what anybody might be tempted by, taken away here before the emulator is imported.
WITHOUT = """
import importlib, os, pkgutil, shutil, signal, subprocess, sys, tempfile

for name in ("fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"):
    sys.modules[name] = None
for name in ("chown", "fork", "forkpty", "getegid", "geteuid", "getgid", "getpgrp", "getuid", "killpg", "setsid",
             "statvfs", "tcgetpgrp", "O_NOCTTY"):
    delattr(os, name)
for name in ("SIGALRM", "SIGCHLD", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGUSR1", "SIGUSR2", "alarm", "pause",
             "pthread_sigmask", "setitimer", "sigpending", "sigtimedwait", "sigwait", "sigwaitinfo"):
    delattr(signal, name)
"""
IMPORT_ALL = """
import emulator
names = [found.name for found in pkgutil.walk_packages(emulator.__path__, "emulator.")]
for name in names:
    if name not in ("emulator.__main__", "emulator.wsgi"):  # which do something when they are imported
        importlib.import_module(name)
print(len(names))
"""
SERVE = """
import json
from http.client import HTTPConnection
from pathlib import Path
from emulator.running import RunningEmulator
from emulator.setting_sources import settings_from

with tempfile.TemporaryDirectory() as folder:
    with RunningEmulator(settings_from({"port": 0, "database": str(Path(folder, "cases.sqlite"))})) as running:
        line = HTTPConnection("127.0.0.1", running.port)
        head = {"Cookie": "sessionid=test_default", "Content-Type": "application/json"}
        line.request("POST", "/api/cases/", json.dumps({"customer": {"full_name": "Mary Chen"}}), head)
        print(line.getresponse().status)
        line.close()
"""
RELAY = """
from emulator.commands.relay import Relay

relay = Relay()
relay.hold()
code = relay.run([sys.executable, "-c", "raise SystemExit(7)"], os.environ)
relay.release(code)
print(code)
"""


@pytest.mark.slow
def test_it_needs_nothing_that_posix_alone_has() -> None:
    """Every module can be imported, an emulator serves, and a command is run for `case-emulator run`."""
    code = (WITHOUT if sys.platform != "win32" else "import importlib, os, pkgutil, sys, tempfile\n") + IMPORT_ALL
    done = subprocess.run([sys.executable, "-c", code + SERVE + RELAY], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    modules, created, relayed = done.stdout.split()
    assert (int(modules) > 300, created, relayed) == (True, "201", "7")
