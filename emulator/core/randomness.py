"""The only module that draws random values.

Every value is a function of (seed, sandbox, key, field), so that a case added elsewhere changes no other value.
"""

import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from random import Random
from secrets import token_hex
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from emulator.core.countries import COUNTRIES, Country
from emulator.core.sample_people import Address, Person, draw_id, find_known
from emulator.core.surnames import MAGIC_SURNAMES
from emulator.quick_dataclass import dataclass

if TYPE_CHECKING:
    from faker import Faker

T = TypeVar("T")


# What is drawn by Faker; to make all that it could draw takes three times as long.
DRAWN = ["faker.providers.address", "faker.providers.date_time", "faker.providers.person"]
TRADES = ("Building", "Developments", "Engineering", "Holdings", "Investments", "Orchards", "Properties", "Transport")
LONGEST_NAME = 50
RUN_MARK = "--run-"  # in the name of a sandbox: what follows tells one run of a test from another, and changes no value
# Fixed dates, so that a seed draws the same birthday on every day.
BORN_BETWEEN = date(1935, 1, 1), date(2006, 12, 31)


def fresh_name() -> str:
    """Return the name of a sandbox that nobody uses; follows from no seed."""
    return f"fresh-{token_hex(8)}"


def fresh_secret() -> str:
    """Return a text that nobody can guess; follows from no seed, because a seed is no secret."""
    return token_hex(32)


@dataclass(frozen=True, slots=True)
class SeededRandom:
    """Random values for one object of a sandbox: `key` names the object, `field` the value drawn for it."""

    seed: int
    sandbox: str
    key: str

    def _digest(self, field: str) -> bytes:
        sandbox = self.sandbox.partition(RUN_MARK)[0]
        name = "\x1f".join((str(self.seed), sandbox, self.key, field))
        return blake2b(name.encode(), digest_size=16).digest()

    def _random(self, field: str) -> Random:
        return Random(self._digest(field))

    def number(self, field: str, low: float, high: float) -> float:
        """Return a number from `low` to `high` with two decimals."""
        return round(self._random(field).uniform(low, high), 2)

    def share(self, field: str) -> float:
        """Return a number from 0 (included) to 1 (excluded), not rounded."""
        return self._random(field).random()

    def pick(self, field: str, choices: Sequence[T]) -> T:
        """Return one of the choices."""
        return self._random(field).choice(choices)

    def uuid(self, field: str) -> str:
        """Return a UUID in the form of version 4."""
        return str(UUID(bytes=self._digest(field), version=4))

    def name(self, field: str) -> str:
        """Return the name of somebody who works for the service, as a reviewer."""
        return self.pick(field, _colleagues(self.seed))

    def person(self, field: str, countries: Sequence[Country] = COUNTRIES) -> Person:
        """Return an invented person with address, company and contact details of one of the countries."""
        return _person(self, field, tuple(countries))

    def draw_person(self, field: str, countries: Sequence[Country]) -> Person:
        """Draw the person that `person` remembers."""
        country = self.pick(f"{field} country", countries)
        state, postcode = self.pick(f"{field} state", country.postcodes)
        faker = _faker(country.locale)
        faker.seed_instance(self._digest(field))
        first, last = ordinary(lambda: (faker.first_name(), faker.last_name()))
        trade = self.pick(f"{field} trade", TRADES)
        (company,) = ordinary(lambda: (f"{faker.last_name()} {trade} {country.company}",))
        return Person(
            first_name=first,
            last_name=last,
            company=company,
            email=f"{_plain(first)}.{_plain(last)}@example.com",
            calling_code=country.calling_code,
            phone=faker.numerify(country.mobile),
            born_on=faker.date_between(*BORN_BETWEEN),
            address=Address(
                line=", ".join(faker.street_address().splitlines()),
                city=faker.city(),
                state=state,
                postcode=faker.numerify(postcode),
                country=country.code,
            ),
        )


@lru_cache(maxsize=256)
def _person(random: SeededRandom, field: str, countries: tuple[Country, ...]) -> Person:
    """Draw a person once: the samples of each new sandbox are of the same people."""
    known = find_known(draw_id(random.seed, random.sandbox, random.key, field, countries))
    return known or random.draw_person(field, countries)


def ordinary(draw: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    """Draw names, in parts, until one is at most 50 characters long and does not end in a magic surname."""
    while True:
        parts = draw()
        name = " ".join(parts)
        if len(name) <= LONGEST_NAME and name.split()[-1].lower() not in MAGIC_SURNAMES:
            return parts


def _plain(name: str) -> str:
    """Return the letters and digits of a name in lower-case ASCII, as an e-mail address has them."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(filter(str.isalnum, bare)) or "x"


@lru_cache(maxsize=len(COUNTRIES))
def _faker(locale: str) -> "Faker":
    return _new_faker(locale)


def _new_faker(locale: str) -> "Faker":
    from faker import Faker  # here, because importing it takes a quarter of a start

    return Faker(locale, providers=DRAWN)


@lru_cache(maxsize=16)
def _colleagues(seed: int) -> tuple[str, ...]:
    """Return the forty names that a seed gives the reviewers of the service."""
    faker = _new_faker("en_GB")  # of its own, because whoever draws seeds it first
    faker.seed_instance(seed)
    return tuple(faker.name() for _ in range(40))
