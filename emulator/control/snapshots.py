"""The routes that take a snapshot of a sandbox, and restore one."""

from collections.abc import Mapping
from functools import partial

from flask import Blueprint, Response
from marshmallow import fields
from marshmallow.validate import OneOf

from emulator.control.context import ControlContext
from emulator.control.payloads import RestoredPayload
from emulator.control.request_schemas import Strict
from emulator.control.snapshot_settings import read_settings
from emulator.control.views import Document, json_response, responds, takes
from emulator.core.errors import Unreadable
from emulator.version import VERSION
from emulator.web.problem_json import Problem

LARGEST = 8 * 1024 * 1024  # bytes; the server takes no larger body


class RestoreQuery(Strict):
    """Whether the journal, which no snapshot holds, is emptied."""

    journal = fields.String(
        load_default="empty",
        validate=OneOf(["empty", "keep"]),
        metadata={"description": "keep: the journal stays as it is"},
    )


def add_routes(routes: Blueprint, context: ControlContext) -> None:
    """Add /snapshot and /restore of a sandbox."""

    @routes.get("/sandboxes/<sandbox:name>/snapshot")
    @responds("SnapshotOut")
    def take_snapshot(name: str) -> Response:
        """Return the sandbox as one JSON document: settings, clock, ids, clients, cases and webhooks."""
        taken = json_response({"written_by": f"case-emulator {VERSION}", **context.snapshots.take(name)})
        if len(taken.get_data()) > LARGEST:
            raise Problem(409, f"the snapshot is larger than {LARGEST} bytes, which is what restore takes")
        return taken

    @routes.post("/sandboxes/<sandbox:name>/restore")
    @takes(Document(LARGEST), query=RestoreQuery())
    @responds("RestoredOut")
    def restore_snapshot(name: str, payload: Mapping[str, object], query: dict[str, str]) -> Response:
        """Replace the sandbox by a snapshot, with the same ids; wholly or not at all."""
        try:
            reader = partial(read_settings, context.completion_schemas)
            context.snapshots.restore(name, payload, reader, keep_journal=query["journal"] == "keep")
        except Unreadable as error:
            raise Problem(422, f"nothing was restored: {error}") from error
        answer: RestoredPayload = {"restored": name}
        return json_response(answer)
