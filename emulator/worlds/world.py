"""What a world is: a kind, words, and what it changes in every sandbox, whatever the suite sets there."""

from collections.abc import Collection
from dataclasses import replace
from enum import StrEnum
from typing import ClassVar

from emulator.core.deviation import Deviation, Strikes
from emulator.core.faults import Fault
from emulator.settings import Settings


class Kind(StrEnum):
    """What a suite should do in a world: stay green where it is a guess or a hazard, turn red for a mutant."""

    GUESS = "guess"
    HAZARD = "hazard"
    MUTANT = "mutant"


class World:
    """One world. A subclass says its name, its words and its deviation; most need class attributes alone."""

    kind: ClassVar[Kind]
    name: str
    what: str  # is different
    why: str  # it happens in life
    breaks: str  # in code or in tests, typically
    needs: str  # what a suite has to do for the deviation to come to pass
    how: str  # a receiver or a test is written that is right here
    # Code that is right, with `$words` in place of what each API calls otherwise. The first counts whose words an API
    # has all of.
    recipes: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    id_shift: int = 0
    switch: str | None = None  # as --switch takes it
    provider: str | None = None  # of which alone it tells; None: of all
    counted: Collection[str] = ()  # what counts beside the kinds of the faults

    def deviation(self) -> Deviation:
        """Return what an emulator does differently here, with counters that start at 0."""
        kinds = frozenset([*self.counted, *(fault.kind for fault in self.faults)])
        return Deviation(faults=self.faults, id_shift=self.id_shift, strikes=Strikes(kinds))

    def settings(self, settings: Settings) -> Settings:
        """Return the settings of an emulator in this world."""
        return settings if self.switch is None else replace(settings, switch=(*settings.switch, self.switch))


class Guess(World):
    """Nobody outside knows how the service does this, so a suite should stay green either way."""

    kind = Kind.GUESS
    why = "The service's pages do not say how this is, and an emulator can only guess."
    breaks = "Code and tests that compare with what the emulator happens to do."
    needs = "A request whose answer, or a webhook whose bytes, this shapes."
    how = "Depend on what is documented alone: compare states and ids, not what nobody promised."


class Hazard(World):
    """Delivery does this in life, so a receiver has to bear it."""

    kind = Kind.HAZARD
    needs = "A receiver of yours (`webhook_url` of the sandbox), and a test that waits until the webhook came."


class Mutant(World):
    """The emulator lies in one way, so a test should notice."""

    kind = Kind.MUTANT
    needs = "A new case."
    why = "A service may have a bug, and so may your code: a test that cannot turn red shows neither."
