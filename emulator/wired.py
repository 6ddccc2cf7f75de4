"""A decorator for classes that hold the parts they work with, and are made once, as the emulator is wired."""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

Wired = TypeVar("Wired")


@dataclass_transform(kw_only_default=True, frozen_default=True, eq_default=False)
def wired(cls: type[Wired]) -> type[Wired]:
    """Return a class whose fields are given by name as it is made; the type checker lets nobody change them later.

    `dataclass(frozen=True)` also compiles what compares, prints and protects an instance. Nobody needs these of such a
    class, and to compile them takes a tenth of a start.
    """
    return dataclass(kw_only=True, eq=False, repr=False, match_args=False)(cls)
