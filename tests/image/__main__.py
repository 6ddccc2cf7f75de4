"""Build the image and run it: `python -m tests.image`, with options for pytest; as root, on Debian.

All of it happens in namespaces: however it ends, no mount and no process of it stays behind.
"""

import os
import shutil
import subprocess
import sys
from tempfile import TemporaryDirectory

NEEDED = {
    "buildah": "buildah",
    "debootstrap": "debootstrap",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "mount": "mount",
}
OWN_NAMESPACES = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]


def main() -> int:
    """Return the exit code: 0 if the image is as promised, 1 if it is not, 2 if it could not be tried."""
    obstacle = _obstacle()
    if obstacle:
        sys.stderr.write(f"make test-image: {obstacle}\n")
        return 2
    with TemporaryDirectory(prefix="case-emulator-image-") as folder:
        steps = [sys.executable, "-m", "tests.image.steps", folder, *sys.argv[1:]]
        return subprocess.run([*OWN_NAMESPACES, *steps], check=False).returncode


def _obstacle() -> str | None:
    """Return what keeps this machine from building an image, and how to come by it."""
    if sys.platform != "linux":
        return "an image is built on Linux; elsewhere use `docker build .`"
    if os.geteuid():
        return "mounts and namespaces need root: sudo make test-image"
    missing = sorted({package for program, package in NEEDED.items() if not shutil.which(program)})
    return f"missing: apt-get install --no-install-recommends {' '.join(missing)}" if missing else None


if __name__ == "__main__":
    sys.exit(main())
