"""The only place that draws chance.

Every drawn value is a function of (seed, sandbox, key, field), so that adding a case elsewhere changes nothing.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from random import Random
from secrets import token_hex
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from emulator.core.surnames import MAGIC_SURNAMES

if TYPE_CHECKING:
    from faker import Faker

T = TypeVar("T")
# Faker's locale, ISO 3166 alpha-3, calling code, and what Faker calls the part of the country an address is in.
COUNTRIES = (
    ("en_AU", "AUS", "61", "state"),
    ("en_CA", "CAN", "1", "province"),
    ("en_GB", "GBR", "44", "county"),
    ("en_IE", "IRL", "353", "county"),
    ("en_NZ", "NZL", "64", "city"),
    ("en_US", "USA", "1", "state"),
)
LONGEST_NAME = 50
# Fixed days, so that a seed draws the same birthday whatever day it is.
BORN_BETWEEN = date(1935, 1, 1), date(2006, 12, 31)


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """Where somebody lives; `country` is ISO 3166 alpha-3."""

    line: str
    city: str
    state: str
    postcode: str
    country: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who does not exist; neither name asks for an ending, as `John Denied` would."""

    first_name: str
    last_name: str
    company: str
    email: str
    calling_code: str
    phone: str  # national number, without the leading 0
    born_on: date
    address: Address

    @property
    def name(self) -> str:
        """First and last name, 50 characters at most."""
        return f"{self.first_name} {self.last_name}"


def fresh_name() -> str:
    """The name of a sandbox that nobody uses: the one thing that follows from no seed."""
    return f"fresh-{token_hex(8)}"


@dataclass(frozen=True, slots=True)
class SeededRandom:
    """Draws for one thing of one sandbox: `key` names it, `field` what is drawn of it."""

    seed: int
    sandbox: str
    key: str

    def _digest(self, field: str) -> bytes:
        name = "\x1f".join((str(self.seed), self.sandbox, self.key, field))
        return blake2b(name.encode(), digest_size=16).digest()

    def _random(self, field: str) -> Random:
        return Random(self._digest(field))

    def number(self, field: str, low: float, high: float) -> float:
        """A number from low to high, two decimals."""
        return round(self._random(field).uniform(low, high), 2)

    def share(self, field: str) -> float:
        """A number from 0 to 1, to the last digit."""
        return self._random(field).random()

    def pick(self, field: str, choices: Sequence[T]) -> T:
        """One of the choices."""
        return self._random(field).choice(choices)

    def uuid(self, field: str) -> str:
        """A version 4 UUID."""
        return str(UUID(bytes=self._digest(field), version=4))

    def name(self, field: str) -> str:
        """The name of somebody who works there."""
        return self.pick(field, _colleagues(self.seed))

    def person(self, field: str) -> Person:
        """A whole person, with a company as well."""
        locale, country, calling_code, part = self.pick(f"{field} country", COUNTRIES)
        faker = _faker(locale)
        faker.seed_instance(self._digest(field))
        first, last = ordinary(lambda: (faker.first_name(), faker.last_name()))
        (company,) = ordinary(lambda: (faker.company(),))
        return Person(
            first_name=first,
            last_name=last,
            company=company,
            email=f"{_plain(first)}.{_plain(last)}@example.com",
            calling_code=calling_code,
            phone=faker.numerify("2########"),
            born_on=faker.date_between(*BORN_BETWEEN),
            address=Address(
                line=", ".join(faker.street_address().splitlines()),
                city=faker.city(),
                state=getattr(faker, part)(),
                postcode=faker.postcode(),
                country=country,
            ),
        )


def ordinary(draw: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    """The first name drawn, in parts, that is not too long and asks for no ending."""
    while True:
        parts = draw()
        name = " ".join(parts)
        if len(name) <= LONGEST_NAME and name.split()[-1].lower() not in MAGIC_SURNAMES:
            return parts


def _plain(name: str) -> str:
    """The letters of a name as an e-mail address has them."""
    bare = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(filter(str.isalnum, bare)) or "x"


@lru_cache(maxsize=len(COUNTRIES))
def _faker(locale: str) -> "Faker":
    from faker import Faker

    return Faker(locale)


@lru_cache(maxsize=16)
def _colleagues(seed: int) -> tuple[str, ...]:
    """A few people per seed; Faker is imported here, because importing it costs more than starting the server."""
    from faker import Faker

    faker = Faker("en_GB")
    faker.seed_instance(seed)
    return tuple(faker.name() for _ in range(40))
