"""The routes of documents; of a file its size, media type and digest are kept, never its bytes."""

import re
from urllib.parse import quote

from flask import Response, request

from emulator.core.case_file import Document
from emulator.core.errors import NotFound
from emulator.providers.sphinxhq import case_file_schemas
from emulator.providers.sphinxhq.caller import Caller, read_body, read_id
from emulator.providers.sphinxhq.placeholder import placeholder_of
from emulator.providers.sphinxhq.query import advise_of_query
from emulator.providers.sphinxhq.responses import drf_response, render_document
from emulator.providers.sphinxhq.schemas import PROVIDER
from emulator.providers.sphinxhq.uploads import LARGEST_UPLOAD
from emulator.web.desk import Desk
from emulator.web.errors import UnknownPath
from emulator.web.request_state import current_state

MEDIA = "/media/documents/"
UNSAFE = re.compile(r"[^\w.-]+|\.{2,}")
LONGEST_NAME = 100
# The file in a body, whatever else is wrong with it.
FILE = re.compile(rb'("file"\s*:\s*")([^"\\]*(?:\\.[^"\\]*)*)')


def upload_document(caller: Caller) -> Response:
    """Answer POST /api/documents/."""
    advise_of_query(())
    body = read_body(LARGEST_UPLOAD)
    order = case_file_schemas.read_document(caller.generation.new_document, body, caller.known)
    document = caller.desk.documents.add(caller.sandbox, PROVIDER, order)
    return drf_response(render_document(document, link_to(caller.desk, caller.sandbox, document)), 201)


def without_file(body: bytes) -> bytes:
    """Return the body of an upload without its file, so that a test double never hoards passports."""
    return FILE.sub(lambda match: b"%s<%d characters, not kept>" % (match[1], len(match[2])), body)


def read_document(caller: Caller, key: str) -> Response:
    """Answer GET /api/documents/{id}/."""
    advise_of_query(())
    document = caller.desk.documents.get(caller.sandbox, PROVIDER, read_id("document", key))
    return drf_response(render_document(document, link_to(caller.desk, caller.sandbox, document)), 200)


def link_to(desk: Desk, sandbox: str, document: Document) -> str:
    """Return the address of the document's placeholder."""
    return desk.links.to(sandbox, f"{MEDIA}{document.id}/{quote(_file_name(document))}")


def _file_name(document: Document) -> str:
    """Return the document's name as one harmless segment of a path."""
    return UNSAFE.sub("_", document.name).strip(".")[-LONGEST_NAME:] or "file"


def view_file(desk: Desk, key: str, name: str) -> Response:
    """Answer GET /media/documents/{id}/{name}: one page that says what was uploaded, for anyone who has the link."""
    state = current_state()
    state.sandbox = state.named_sandbox
    try:
        document = desk.documents.get(state.sandbox, PROVIDER, read_id("document", key))
    except NotFound:
        raise UnknownPath from None
    if name != _file_name(document) or request.method not in ("GET", "HEAD"):
        raise UnknownPath
    headers = {"Content-Disposition": "inline", "X-Content-Type-Options": "nosniff"}
    return Response(placeholder_of(document), 200, headers, content_type="application/pdf")
