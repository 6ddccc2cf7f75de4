"""Fields that hold other things, or name things that must exist; the rules are Django REST Framework's as well."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from marshmallow import Schema, ValidationError, fields, missing
from marshmallow.experimental.context import Context
from marshmallow.validate import Length

from emulator.providers.sphinxhq.drf import Field, Integer, load

MOST_BAD_ITEMS = 50  # bad items: an error body is short
INT64 = range(-(2**63), 2**63)


@dataclass
class Known:
    """What exists in the sandbox of this request, for fields that name things."""

    has_customer: Callable[[int], bool]
    list_documents: Callable[[], Collection[int]]

    @cached_property
    def documents(self) -> frozenset[int]:
        """The ids of all documents, asked for once a request."""
        return frozenset(self.list_documents())


class Object(fields.Nested):
    """A nested serializer."""

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **_: Any) -> Any:
        if value is missing:
            return missing
        if value is None:
            raise ValidationError("This field may not be null.")
        return load(self.schema, value)


class Objects(fields.Nested):
    """A nested serializer with many=True: its length is judged first, then every item."""

    def __init__(self, schema: type[Schema], *, most: int, **options: Any) -> None:
        # For whoever documents the field; the length is judged below, before the items.
        super().__init__(schema, many=True, validate=Length(max=most), **options)
        self.most = most

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **_: Any) -> Any:
        if value is missing:
            return missing
        if value is None:
            raise ValidationError("This field may not be null.")
        if not isinstance(value, list):
            raise ValidationError({"non_field_errors": [_no_list(value)]})
        if len(value) > self.most:
            told = f"Ensure this field has no more than {self.most} elements."
            raise ValidationError({"non_field_errors": [told]})
        return self._load_each(value)

    def _load_each(self, items: list[Any]) -> list[Any]:
        loaded, problems = [], []
        for item in items:
            problem: Any = {}
            try:
                loaded.append(load(self.schema, item))
            except ValidationError as error:
                problem = error.messages
            problems.append(problem)
        if any(problems):
            raise ValidationError(problems)
        return loaded


def _no_list(value: Any) -> str:
    return f'Expected a list of items but got type "{type(value).__name__}".'


class DocumentIds(Field):
    """ListField of integers that must name documents."""

    def __init__(self, *, most: int, **options: Any) -> None:
        # For whoever documents the field; the length is judged below, after the items.
        super().__init__(validate=Length(max=most), **options)
        self.most, self.item = most, Integer()

    def read(self, value: Any) -> list[int]:
        if not isinstance(value, list):
            raise ValidationError(_no_list(value))
        ids = self._read_each(value)
        if len(ids) > self.most:
            raise ValidationError(f"Ensure this field has no more than {self.most} elements.")
        unknown = dict.fromkeys(i for i in ids if i not in _known().documents)
        if unknown:
            raise ValidationError(f"Documents not found: {', '.join(map(str, unknown))}")
        return ids

    def _read_each(self, items: list[Any]) -> list[int]:
        ids, problems = [], {}
        for index, item in enumerate(items):
            try:
                ids.append(self.item.deserialize(item))
            except ValidationError as error:
                problems[str(index)] = error.messages
                if len(problems) == MOST_BAD_ITEMS:
                    break
        if problems:
            raise ValidationError(problems)
        return ids


class CustomerId(Field):
    """PrimaryKeyRelatedField: Python's int() of what was sent, so that 1.5 means 1."""

    def deserialize(self, value: Any, attr: Any = None, data: Any = None, **options: Any) -> Any:
        return super().deserialize(None if value == "" else value, attr, data, **options)

    def read(self, value: Any) -> int:
        unknown = ValidationError(f'Invalid pk "{value}" - object does not exist.')
        try:
            number = int(_numeric(value))
        except OverflowError:
            raise unknown from None
        except (TypeError, ValueError):
            kind = type(value).__name__
            raise ValidationError(f"Incorrect type. Expected pk value, received {kind}.") from None
        if number not in INT64 or not _known().has_customer(number):
            raise unknown
        return number


def _numeric(value: Any) -> Any:
    if isinstance(value, bool):
        raise TypeError
    return value


def _known() -> Known:
    return Context[Known].get()
