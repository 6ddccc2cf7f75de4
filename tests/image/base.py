"""An image that takes the place of `python:3.13-slim`, made of Debian's packages, because no registry is asked.

It has what our Dockerfile counts on: `python` and `pip` in /usr/local, which is where `--prefix` installs to.
"""

import shutil
from pathlib import Path

from tests.image.buildah import Buildah, call
from tests.toolbox.cache import made_once

SUITE = "trixie"  # the Debian of python:3.13-slim, whose Python is 3.13 as well
MIRROR = "http://deb.debian.org/debian"
PACKAGES = "python3,python3-venv,ca-certificates"
NAME = "localhost/case-emulator-python"
PATH = "PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
# What the official image does not have either
LEFT_OVER = ("var/lib/apt/lists", "var/cache/apt", "usr/share/doc", "usr/share/locale", "usr/share/man")


def images_with_base(driver: str, run: Path) -> Path:
    """Return the cached folder of images with the base; it is made on first use, in about a minute."""
    key = f"{driver} {Path(__file__).read_text('utf-8')}"
    return made_once("image-base", key, lambda folder: _make(Buildah.make(folder / "images", run, driver))) / "images"


def _make(buildah: Buildah) -> None:
    container = buildah("from", "scratch").strip()
    root = Path(buildah("mount", container).strip())
    call("debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITE, root, MIRROR)
    call("chroot", root, "python3", "-m", "venv", "/usr/local")
    _slim(root)
    buildah("umount", container)
    buildah("config", "--env", PATH, container)
    buildah("commit", "--quiet", "--rm", container, NAME)


def _slim(root: Path) -> None:
    for name in LEFT_OVER:
        shutil.rmtree(root / name)
        (root / name).mkdir()
    for compiled in root.rglob("__pycache__"):
        shutil.rmtree(compiled)
