"""Fields that nest other fields, or name things that must exist, by Django REST Framework's rules."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Unpack, cast

from marshmallow import Schema, ValidationError, fields, missing
from marshmallow.experimental.context import Context
from marshmallow.validate import Length

from emulator.providers.sphinxhq.drf import Field, FieldOptions, Integer, load
from emulator.quick_dataclass import dataclass

MOST_BAD_ITEMS = 50  # reading stops there, so that an error body stays short
INT64 = range(-(2**63), 2**63)


@dataclass
class Known:
    """What exists in the sandbox of a request, for fields that name it."""

    has_customer: Callable[[int], bool]
    has_case: Callable[[int], bool]
    has_check: Callable[[int], bool]
    known_documents: Callable[[Collection[int]], Collection[int]]
    is_taken: Callable[[str], bool]  # whether a customer with this reference may not be created
    is_key_taken: Callable[[str], bool]  # whether another case has this reference
    configs: Callable[[], Mapping[str, Sequence[str]]]  # the types of checks that a config makes, by its slug


class NestedField(fields.Nested):
    """A field with a serializer of its own; `read` reads any value but null."""

    def deserialize(
        self, value: object, attr: str | None = None, data: Mapping[str, object] | None = None, **_: object
    ) -> object:
        if value is missing:
            return missing
        if value is None:
            raise ValidationError("This field may not be null.")
        return self.read(value)

    def read(self, value: object) -> object:
        """Return the payload of what was sent; raise ValidationError."""
        raise NotImplementedError


class Object(NestedField):
    """A nested serializer."""

    def read(self, value: object) -> dict[str, Any]:
        return load(self.schema, value)


class Objects(NestedField):
    """A nested serializer with many=True: the length is checked first, then every item."""

    def __init__(self, schema: type[Schema], *, most: int, **options: Unpack[FieldOptions]) -> None:
        # The validator is for the OpenAPI document: marshmallow would check the length after the items.
        super().__init__(schema, many=True, validate=Length(max=most), **options)
        self.most = most

    def read(self, value: object) -> list[dict[str, Any]]:
        if not isinstance(value, list):
            raise ValidationError({"non_field_errors": [_no_list(value)]})
        if len(value) > self.most:
            message = f"Ensure this field has no more than {self.most} elements."
            raise ValidationError({"non_field_errors": [message]})
        return self._load_each(value)

    def _load_each(self, items: list[object]) -> list[dict[str, Any]]:
        payloads: list[dict[str, Any]] = []
        problems: list[object] = []
        for item in items:
            try:
                payloads.append(load(self.schema, item))
                problems.append({})
            except ValidationError as error:
                problems.append(error.messages)
        if any(problems):
            raise ValidationError(problems)
        return payloads


def _no_list(value: object) -> str:
    return f'Expected a list of items but got type "{type(value).__name__}".'


class DocumentIds(Field):
    """ListField of integers that must name documents."""

    def __init__(self, *, most: int, **options: Unpack[FieldOptions]) -> None:
        # The validator is for the OpenAPI document: `read` checks the length after the items, with other words.
        super().__init__(validate=Length(max=most), **options)
        self.most, self.item = most, Integer()

    def read(self, value: object) -> list[int]:
        if not isinstance(value, list):
            raise ValidationError(_no_list(value))
        ids = self._read_each(value)
        if len(ids) > self.most:
            raise ValidationError(f"Ensure this field has no more than {self.most} elements.")
        found = known().known_documents(ids) if ids else ()
        unknown = dict.fromkeys(i for i in ids if i not in found)
        if unknown:
            raise ValidationError(f"Documents not found: {', '.join(map(str, unknown))}")
        return ids

    def _read_each(self, items: list[object]) -> list[int]:
        ids: list[int] = []
        problems: dict[str, object] = {}
        for index, item in enumerate(items):
            try:
                ids.append(cast(int, self.item.deserialize(item)))
            except ValidationError as error:
                problems[str(index)] = error.messages
                if len(problems) == MOST_BAD_ITEMS:
                    break
        if problems:
            raise ValidationError(problems)
        return ids


class RelatedId(Field):
    """PrimaryKeyRelatedField: Python's int() of what was sent, so that 1.5 means 1; an empty text is null.

    `known` is the name of the function of `Known` that finds what is meant.
    """

    known = ""
    if_changed = "is no whole number and is used without its fraction"

    def deserialize(
        self, value: object, attr: str | None = None, data: Mapping[str, object] | None = None, **options: object
    ) -> object:
        return super().deserialize(None if value == "" else value, attr, data, **options)

    def read(self, value: object) -> int:
        unknown = ValidationError(f'Invalid pk "{value}" - object does not exist.')
        try:
            number = int(_numeric(value))
        except OverflowError:
            raise unknown from None
        except (TypeError, ValueError):
            kind = type(value).__name__
            raise ValidationError(f"Incorrect type. Expected pk value, received {kind}.") from None
        if number not in INT64 or not getattr(known(), self.known)(number):
            raise unknown
        return number


class ConfigSlug(Field):
    """SlugRelatedField: the text of what was sent names a config; reads to its types of checks."""

    is_another_form = True

    def __init__(self, *, most: int, **options: Unpack[FieldOptions]) -> None:
        rule = Length(max=most, error="Ensure this field has no more than {max} characters.")
        super().__init__(validate=rule, **options)

    def deserialize(
        self, value: object, attr: str | None = None, data: Mapping[str, object] | None = None, **options: object
    ) -> object:
        return super().deserialize(None if value == "" else value, attr, data, **options)

    def read(self, value: object) -> Sequence[str]:
        slug = str(value)
        self.check(slug, [])
        types = known().configs().get(slug)
        if types is None:
            raise ValidationError(f"Object with slug={slug} does not exist.")
        return types


class CustomerId(RelatedId):
    """The id of a customer."""

    known = "has_customer"


class CaseId(RelatedId):
    """The id of a case that is not archived."""

    known = "has_case"


class CheckId(RelatedId):
    """The id of a check whose case is not archived."""

    known = "has_check"


def _numeric(value: object) -> str | float:
    """Return what int() may read; raise TypeError, also for a bool, which int() would take."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    return value


def known() -> Known:
    """Return what exists in the sandbox of the present request."""
    return Context[Known].get()
