"""The only place that draws chance.

Every drawn value is a function of (seed, sandbox, key, field), so that adding a case elsewhere changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from random import Random
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class People:
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


@lru_cache(maxsize=16)
def _colleagues(seed: int) -> tuple[str, ...]:
    """A few people per seed; Faker is imported here, because importing it costs more than starting the server."""
    from faker import Faker

    faker = Faker("en_GB")
    faker.seed_instance(seed)
    return tuple(faker.name() for _ in range(40))
