"""Draw the people of fixtures/sample_people.json anew: `python -m tests.sample_people`.

They are those of the first samples, drawn by the installed version of Faker. Run this only when people are to be drawn
in another way: what a seed draws is the same for all versions because this file stays.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from emulator.core.countries import COUNTRIES
from emulator.core.randomness import SeededRandom
from emulator.core.sample_people import draw_id
from emulator.providers.aplyid.samples import MARKET

FILE = Path(__file__).parents[1] / "fixtures" / "sample_people.json"
SEEDS = range(32)
FIELDS = {"client": MARKET, "customer": COUNTRIES}  # of APLYiD and of Sphinx


def draw() -> Iterator[tuple[str, dict[str, object]]]:
    """Draw each of them by Faker, with the `draw_id` by which it is found."""
    for field, countries in FIELDS.items():
        for seed in SEEDS:
            random = SeededRandom(seed, "", "sample")
            person = random.draw_person(field, countries)
            name = draw_id(random.seed, random.sandbox, random.key, field, countries)
            yield name, {**asdict(person), "born_on": person.born_on.isoformat()}


if __name__ == "__main__":
    FILE.write_text(json.dumps(dict(draw()), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
