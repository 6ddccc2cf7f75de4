"""The answers of the control API about snapshots."""

from marshmallow import fields

from emulator.core.snapshot_rows import TABLES
from emulator.openapi.out import Out


class SnapshotHeadOut(Out):
    """A sandbox as one document, its rows by table."""

    written_by = fields.String()
    schema = fields.Integer()
    sandbox = fields.String()
    taken_at = fields.DateTime()
    clock = fields.Dict(allow_none=True, metadata={"description": "what it reads and how it runs; null: wall time"})
    settings = fields.Dict()


SnapshotOut = SnapshotHeadOut.from_dict(
    {
        table: fields.List(fields.Dict(), metadata={"description": ", ".join(columns)})
        for table, columns in TABLES.items()
    },
    name="SnapshotOut",
)
SnapshotOut.__module__, SnapshotOut.__doc__ = __name__, SnapshotHeadOut.__doc__
