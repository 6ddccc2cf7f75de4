"""All worlds, in the order in which they are run: guesses, hazards, mutants."""

from collections.abc import Collection, Sequence

from emulator.settings import suggest
from emulator.worlds.guesses import guesses
from emulator.worlds.hazards import HAZARDS
from emulator.worlds.mutants import MUTANTS
from emulator.worlds.world import Kind, World

PLURALS = {"guesses": Kind.GUESS, "hazards": Kind.HAZARD, "mutants": Kind.MUTANT}


class UnknownWorld(Exception):
    """There is no such world or kind, or none that is both; the text says what there is."""


def all_worlds() -> Sequence[World]:
    """Return every world."""
    return [*guesses(), *(world() for world in HAZARDS), *(world() for world in MUTANTS)]


def chosen_worlds(kinds: Collection[str], names: Collection[str]) -> Sequence[World]:
    """Return the worlds of these kinds, in the plural, and with these names, all without any; raise UnknownWorld."""
    worlds = all_worlds()
    _check(kinds, PLURALS, "is no kind of worlds")
    _check(names, {world.name: world for world in worlds}, "is no world")
    wanted = {PLURALS[kind] for kind in kinds} or set(Kind)
    chosen = [world for world in worlds if world.kind in wanted and (not names or world.name in names)]
    if not chosen:
        raise UnknownWorld(f"no world selected: {', '.join(names)} is not among the {' or '.join(kinds)}")
    return chosen


def _check(given: Collection[str], known: Collection[str], problem: str) -> None:
    for name in given:
        if name not in known:
            raise UnknownWorld(f"{name} {problem}{suggest(name, known)}")
