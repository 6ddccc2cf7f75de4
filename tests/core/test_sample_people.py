"""The people of the first samples are known, and no Faker is needed for them."""

import subprocess
import sys

import pytest

from emulator.core.sample_people import find_known
from tests.sample_people import draw

DRAW = """
import sys
from emulator.core.randomness import SeededRandom
from emulator.providers.aplyid.samples import MARKET
random = SeededRandom({seed}, "", "sample")
print(random.person("client", MARKET).name, random.person("customer").name, "faker" in sys.modules)
"""


def words_of(seed: int) -> list[str]:
    done = subprocess.run([sys.executable, "-c", DRAW.format(seed=seed)], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize(("seed", "is_needed"), [(0, "False"), (31, "False"), (32, "True")])
def test_faker_is_imported_for_later_samples_alone(seed: int, is_needed: str) -> None:
    assert words_of(seed)[-1] == is_needed


def test_whoever_would_be_drawn_is_known_with_all_that_is_drawn() -> None:
    for name, drawn in draw():
        known = find_known(name)
        assert known
        assert known.address.country == name.rpartition("/")[2] or name.count(",")
        assert type(known.born_on).__name__ == "date"
        assert set(drawn) == set(known.__slots__)
        assert known.email.endswith("@example.com")


def test_nobody_else_is_known() -> None:
    assert find_known("32//sample/client/AUS") is None
