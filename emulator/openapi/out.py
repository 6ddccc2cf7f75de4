"""The base of schemas that say what is answered."""

from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, fields


class Out(Schema):
    """What is answered: all of its fields, but for those that `Meta.sometimes` names, and no others."""

    class Meta:
        unknown = RAISE
        sometimes: tuple[str, ...] = ()

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Note whether the field is always there."""
        field_obj.required = field_name not in self.Meta.sometimes


class ServiceOut(Out):
    """What a service answers: it may answer more some day, and a client made from the document has to take that."""

    class Meta(Out.Meta):
        unknown = EXCLUDE
