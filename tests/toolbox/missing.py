"""What happens to a test whose tool is missing: nobody may overlook it in CI."""

import os
import shutil
import subprocess
from typing import NoReturn

import pytest

INSTALL = {
    "caddy": "apt-get install caddy",
    "prlimit": "apt-get install util-linux",
    "curl": "apt-get install curl",
    "node": "apt-get install nodejs",
    "npm": "apt-get install npm",
    "faketime": "apt-get install faketime",
    "make": "apt-get install make",
    "chromium": "apt-get install chromium",
    "java": "apt-get install default-jre-headless",
    "javac": "apt-get install default-jdk-headless",
    "go": "apt-get install golang-go",
    "ruby": "apt-get install ruby",
    "perl": "apt-get install perl",
    "php": "apt-get install php-cli",
    "webrick": "apt-get install ruby-webrick",
    "php-curl": "apt-get install php-curl",
}
# Parts that no path shows, and the command that ends with 0 where they are installed.
PARTS = {
    "webrick": ["ruby", "-rwebrick", "-e", "exit"],
    "php-curl": ["php", "-r", 'exit(extension_loaded("curl") ? 0 : 1);'],
}


def find_program(program: str) -> str:
    """Return the path of a program; without it the test is skipped, or fails where CI=true."""
    path = shutil.which(program)
    return path or give_up(f"{program} is missing: install it with `{INSTALL[program]}`")


def require(name: str) -> None:
    """Skip the test where a program, or a part of one, is missing; fail it where CI=true."""
    find_program(PARTS[name][0] if name in PARTS else name)
    if name in PARTS and subprocess.run(PARTS[name], capture_output=True, check=False).returncode:
        give_up(f"{name} is missing: install it with `{INSTALL[name]}`")


def give_up(reason: str) -> NoReturn:
    """Skip the test for that reason, or fail it where CI=true."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
