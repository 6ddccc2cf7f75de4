"""What the tests of the examples share."""

import pytest

from tests.examples.clean import CleanMachine, clean_machine


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> CleanMachine:
    """A clean machine, made once because that takes a while."""
    return clean_machine(tmp_path_factory.mktemp("machine"))
