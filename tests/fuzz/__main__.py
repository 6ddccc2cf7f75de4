"""What `make fuzz` does: try much more, with the emulator on a port of its own.

python -m tests.fuzz [EXAMPLES [SECONDS [NAME ...]]]
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.emulators import served
from tests.fuzz.fuzzing import NAMES, Bound, fuzz


def main(arguments: list[str]) -> int:
    """Return 1 if anything was found, and print every report."""
    examples, seconds = (int(text) for text in (*arguments[:2], *("200", "600")[len(arguments[:2]) :]))
    found = 0
    with TemporaryDirectory() as folder, served(demo=True) as emulator:
        for name in arguments[2:] or NAMES:
            code, report = fuzz(emulator.of("fuzz"), name, Bound(examples, seconds), Path(folder))
            sys.stdout.write(report)
            found |= code
    return int(found != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
