"""The steps of `python -m tests.image` in its namespaces: the base, the image, and its tests in a network alone."""

import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.clean import ROOT
from tests.image.base import NAME, images_with_base
from tests.image.buildah import Buildah, StepFailed, storage_driver

IMAGE = "localhost/case-emulator"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"  # where Debian has them


def main(folder: Path, options: list[str]) -> int:
    """Build in that folder, then test; return the exit code."""
    try:
        buildah = _build(folder)
    except StepFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    with _step("its tests, in a network of their own"):
        alone = ["unshare", "--net", sys.executable, "-m", "tests.image.network"]
        tests = [sys.executable, "-m", "pytest", "tests/image", "--image-storage", str(buildah.config), *options]
        return subprocess.run([*alone, *tests], check=False).returncode


def _build(folder: Path) -> Buildah:
    driver = storage_driver(folder)
    with _step(f"the base: Debian with its Python, from the cache or by debootstrap (storage: {driver})"):
        base = images_with_base(driver, folder / "base")
    buildah = Buildah.make(folder / "images", folder / "run", driver, (base,))
    with _step("the image: buildah bud, by the Dockerfile"):
        # Docker's format, because the other one knows no HEALTHCHECK
        arguments = ["--format", "docker", "--build-arg", f"PYTHON_IMAGE={NAME}", "--tag", IMAGE, *_trusted()]
        buildah("bud", "--pull-never", *arguments, ROOT)
    return buildah


def _trusted() -> list[str]:
    """Return the options that let pip trust whom this machine trusts, as a proxy of its network may ask for."""
    file = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile or CERTIFICATES
    return ["--volume", f"{file}:{CERTIFICATES}:ro"] if Path(file).is_file() else []


@contextmanager
def _step(name: str) -> Iterator[None]:
    begun = time.monotonic()
    sys.stdout.write(f"{name} ...\n")
    sys.stdout.flush()
    yield
    sys.stdout.write(f"... {time.monotonic() - begun:.0f} s\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
