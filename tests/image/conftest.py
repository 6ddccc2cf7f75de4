"""The image that `python -m tests.image` has built, unpacked."""

import json
from pathlib import Path
from statistics import median

import pytest

from tests.image.base import NAME
from tests.image.buildah import Buildah
from tests.image.container import STARTS, Image
from tests.image.steps import IMAGE


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what nobody judges, because it depends on the machine."""
    if STARTS:
        terminalreporter.write_line(f"{len(STARTS)} containers were started; half were ready in {median(STARTS):.1f} s")


@pytest.fixture(scope="session")
def buildah(request: pytest.FixtureRequest) -> Buildah:
    """buildah with the storage in which the image is."""
    return Buildah(Path(request.config.getoption("--image-storage")))


@pytest.fixture(scope="session")
def image(buildah: Buildah) -> Image:
    """The image, and its files as they are before a container has run."""
    config = json.loads(buildah("inspect", "--type", "image", IMAGE))["Docker"]["config"]
    root = buildah.mounted(IMAGE)
    (root / "etc" / "hosts").touch()  # where an engine mounts its own
    return Image(root, config)


@pytest.fixture(scope="session")
def base(buildah: Buildah) -> Path:
    """The root folder of the base."""
    return buildah.mounted(NAME)
