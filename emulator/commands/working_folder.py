"""The folder that a command runs in."""

from pathlib import Path

from emulator.commands.output import USAGE, stop


def working_folder() -> Path:
    """Return the working folder; end the process if it was removed."""
    try:
        return Path.cwd()
    except OSError:
        stop(USAGE, "the folder that this runs in was removed or is not yours: change to another one")
