"""Run `case-emulator` with our modules only: none of the project that starts it takes the place of one of ours.

The pytest plugin starts this file with `-P` and without PYTHONPATH; the folders of that variable come as the first
argument. They are searched last, because an installation may need them, and because a `secrets.py` or a `click.py` in
one of them would hide what we import.
"""

import os
import runpy
import sys
from pathlib import Path

OURS = str(Path(__file__).parents[1])


def search(path: list[str], folders: list[str]) -> list[str]:
    """Return the search path: the standard library, our own folder, what is installed, then these folders."""
    installed = (i for i, folder in enumerate(path) if Path(folder).name in ("site-packages", "dist-packages"))
    at = next(installed, len(path))
    return [*path[:at], OURS, *path[at:], *filter(None, folders)]


if __name__ == "__main__":
    sys.path[:] = search(sys.path, sys.argv.pop(1).split(os.pathsep))
    runpy.run_module("emulator", run_name="__main__", alter_sys=True)
