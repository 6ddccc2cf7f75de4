"""`dataclass` as in the standard library, made in a third of its time, which a start spends a hundred and fifty times.

The standard one compiles eight functions for each class. Here an instance is compared, hashed and shown by functions
that all classes share, and nothing at run time keeps anybody from changing a frozen one: mypy does, which sees the
standard decorator. What users hold (`emulator/client`) is made by the standard one.
"""

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls=None, /, *, frozen=False, **options):
        """Make a class with fields, as `dataclasses.dataclass` does."""

        def make(cls):
            own = vars(cls)
            made = dataclasses.dataclass(eq=False, repr=False, **options)(cls)
            made.__values_of__ = staticmethod(_values_of(made))
            for name, shared in (("__eq__", _equals), ("__hash__", _hash if frozen else None), ("__repr__", _shown)):
                if name not in own:
                    setattr(made, name, shared)
            return made

        return make if cls is None else make(cls)


def _values_of(cls: Any) -> Callable[[object], object]:
    """Return what gets the fields of an instance by which it is compared; of one field its value alone."""
    names = [field.name for field in dataclasses.fields(cls) if field.compare]
    return attrgetter(*names) if names else lambda instance: ()


def _equals(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return self.__values_of__(self) == self.__values_of__(other)


def _hash(self: Any) -> int:
    return hash(self.__values_of__(self))


@recursive_repr()
def _shown(self: Any) -> str:
    shown = [f"{field.name}={getattr(self, field.name)!r}" for field in dataclasses.fields(self) if field.repr]
    return f"{self.__class__.__qualname__}({', '.join(shown)})"
