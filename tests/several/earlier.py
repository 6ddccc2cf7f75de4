"""The code of an earlier version, kept so that it can run beside this one: a clone may be without history.

`python -m tests.several.earlier COMMIT` keeps that of another commit instead; do so with each release.
"""

import io
import lzma
import subprocess
import sys
import tarfile
from pathlib import Path

KEPT = Path(__file__).parent / "kept"
# Pages are no business of the other version, and are the larger half of it.
LEFT_OUT = ("emulator/ui/static/", "emulator/worlds/", "emulator/pytest_plugin.py")


def unpack(folder: Path) -> Path:
    """Write the code into a new folder, and return it: with it as PYTHONPATH, `emulator` is the earlier version."""
    [kept] = KEPT.glob("emulator-*.tar.xz")
    with tarfile.open(kept) as archive:
        archive.extractall(folder, filter="data")
    return folder


def keep(commit: str) -> Path:
    """Keep the code of that commit in place of the one that is kept."""
    archive = subprocess.run(["git", "archive", commit, "emulator", "fixtures"], check=True, capture_output=True).stdout
    short = subprocess.run(["git", "rev-parse", "--short", commit], check=True, capture_output=True, text=True).stdout
    KEPT.mkdir(exist_ok=True)
    for old in KEPT.glob("emulator-*.tar.xz"):
        old.unlink()
    path = KEPT / f"emulator-{short.strip()}.tar.xz"
    path.write_bytes(lzma.compress(_without_pages(archive), preset=9 | lzma.PRESET_EXTREME))
    return path


def _without_pages(archive: bytes) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(archive)) as source, tarfile.open(fileobj=written, mode="w") as target:
        for member in source:
            if member.isfile() and not member.name.startswith(LEFT_OUT) and not member.name.endswith(".html"):
                content = source.extractfile(member)
                member.name = member.name.replace("fixtures/", "emulator/fixtures/", 1)  # as it is installed
                target.addfile(member, content)
    return written.getvalue()


if __name__ == "__main__":
    sys.stdout.write(f"{keep(sys.argv[1])}\n")
