"""The commands of a page, run against a served emulator."""

import subprocess

from tests.docs.samples import ADDRESS
from tests.emulators import Emulator


def run_shell(script: str, emulator: Emulator) -> str:
    """Return what the commands print; raises CalledProcessError when one of them fails."""
    script = script.replace("curl ", "curl -sS --fail-with-body ").replace(ADDRESS, emulator.url)
    return subprocess.run(["sh", "-ec", script], capture_output=True, text=True, check=True).stdout
