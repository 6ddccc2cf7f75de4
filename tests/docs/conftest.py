"""What the tests of the documentation share."""

from collections.abc import Iterator

import pytest

from tests.emulators import Emulator, served


@pytest.fixture(scope="module")
def quick() -> Iterator[Emulator]:
    """An emulator for all tests of a module, on which cases end at once."""
    with served() as emulator:
        yield emulator
