"""Fields that only requests of the current generation have, read as Django REST Framework does."""

from collections.abc import Mapping
from typing import ClassVar, Unpack
from uuid import UUID

from marshmallow import ValidationError

from emulator.providers.sphinxhq.addresses import is_address
from emulator.providers.sphinxhq.drf import AnyJson, Field, FieldOptions, Text

NO_ADDRESS = "Enter a valid email address."


class Boolean(Field):
    """BooleanField: takes the words and numbers that the framework knows."""

    words: ClassVar[Mapping[object, bool]] = {
        **dict.fromkeys(("t", "y", "yes", "true", "on", "1", 1, True), True),
        **dict.fromkeys(("f", "n", "no", "false", "off", "0", 0, 0.0, False), False),
    }

    def read(self, value: object) -> bool:
        known = value.lower() if isinstance(value, str) else value
        if isinstance(known, dict | list) or known not in self.words:
            raise ValidationError("Must be a valid boolean.")
        return self.words[known]


class Identifier(Field):
    """UUIDField: takes the spellings of a UUID, and its number."""

    is_another_form = True

    def read(self, value: object) -> str:
        try:
            if isinstance(value, int):
                return str(UUID(int=value))
            return str(UUID(hex=value if isinstance(value, str) else ""))
        except ValueError:
            raise ValidationError("Must be a valid UUID.") from None


class Email(Text):
    """EmailField, which judges an address as the framework does, and has one message for all that is none."""

    no_text = NO_ADDRESS

    def check(self, value: object, problems: list[str]) -> None:
        super().check(value, problems if is_address(str(value)) else [*problems, NO_ADDRESS])


class Dictionary(AnyJson):
    """DictField of anything."""

    def __init__(self, **options: Unpack[FieldOptions]) -> None:
        super().__init__(**options)
        self.allow_none = False

    def read(self, value: object) -> object:
        if not isinstance(value, dict):
            raise ValidationError(f'Expected a dictionary of items but got type "{type(value).__name__}".')
        return super().read(value)
