"""The quick dataclass behaves as the standard one, but that nothing at run time protects a frozen instance."""

import dataclasses
import re
from collections.abc import Callable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from emulator.quick_dataclass import dataclass

Make = Callable[..., Any]
OPTIONS: tuple[Mapping[str, bool], ...] = (
    {},
    {"frozen": True},
    {"frozen": True, "kw_only": True},
    {"frozen": True, "slots": True},
    {"kw_only": True, "slots": True},
)
ROOM = Path(__file__).parents[2] / "emulator"


def made_by(make: Make, **options: bool) -> Any:
    """A class with fields of all kinds."""

    class Point:
        x: int
        tags: list[str] = dataclasses.field(default_factory=list)
        secret: str = dataclasses.field(default="s", repr=False)
        note: str = dataclasses.field(default="", compare=False)

    return make(**options)(Point)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_instances_are_equal_and_shown_as_those_of_the_standard_one(options: Mapping[str, bool]) -> None:
    values: list[dict[str, Any]] = [{}, {"tags": ["a"]}, {"secret": "t"}, {"note": "n"}]
    quick, standard = made_by(dataclass, **options), made_by(dataclasses.dataclass, **options)
    for one, other in product(values, values):
        found = [(made(x=1, **one) == made(x=1, **other), repr(made(x=1, **one))) for made in (quick, standard)]
        assert found[0] == found[1]
    assert quick(x=1) != standard(x=1)
    assert dataclasses.replace(quick(x=1), x=2) == quick(x=2)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_what_can_be_hashed_is_the_same(options: Mapping[str, bool]) -> None:
    quick, standard = made_by(dataclass, **options), made_by(dataclasses.dataclass, **options)
    for made in (quick, standard):
        if not options.get("frozen"):
            assert made.__hash__ is None
        else:
            assert hash(made(x=1, tags=())) == hash(made(x=1, tags=(), note="not compared"))


def test_its_own_methods_stay_and_one_inside_itself_is_shown() -> None:
    @dataclass
    class Node:
        inner: object = None

    @dataclass(frozen=True)
    class Named:
        def __repr__(self) -> str:
            return "named"

    node = Node()
    node.inner = node
    assert (repr(Named()), Named() == Named()) == ("named", True)
    assert repr(node).endswith("Node(inner=...)")


def test_only_what_users_hold_and_what_is_ordered_is_made_by_the_standard_one() -> None:
    standard = re.compile(r"^from dataclasses import .*\bdataclass\b", re.MULTILINE)
    found = [path.relative_to(ROOM) for path in ROOM.rglob("*.py") if standard.search(path.read_text("utf-8"))]
    rooms = {str(path) for path in found if path.parts[0] != "client"}
    assert rooms == {"delivery/watchdog.py"}
