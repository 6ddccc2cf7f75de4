"""Invented people; those of the first samples are known, so that Faker is imported only where more are needed."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from emulator.core.countries import Country
from emulator.quick_dataclass import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A postal address; `country` is an ISO 3166 alpha-3 code."""

    line: str
    city: str
    state: str
    postcode: str
    country: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """An invented person; neither the name nor the company is magic, as `John Denied` would be."""

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
        """First and last name, at most 50 characters."""
        return f"{self.first_name} {self.last_name}"


def draw_id(seed: int, sandbox: str, key: str, field: str, countries: Iterable[Country]) -> str:
    """Return what tells a draw from all others; the file has its people by it."""
    return "/".join((str(seed), sandbox, key, field, ",".join(country.code for country in countries)))


def find_known(draw: str) -> Person | None:
    """Return the person of that draw, by its `draw_id`, if the file has it; None means that Faker has to draw."""
    known = _known().get(draw)
    if known is None:
        return None
    born_on, address = date.fromisoformat(known["born_on"]), Address(**known["address"])
    return Person(**{**known, "born_on": born_on, "address": address})


@cache
def _known() -> Mapping[str, dict[str, Any]]:
    text = (files("emulator.fixtures") / "sample_people.json").read_text("utf-8")
    found: dict[str, dict[str, Any]] = json.loads(text)
    return found
