"""Read an uploaded file out of JSON: Base64, with or without the head of a data URI."""

import base64
import binascii
import hashlib
import re

from marshmallow import ValidationError, missing

from emulator.providers.sphinxhq.drf import Field
from emulator.quick_dataclass import dataclass

LARGEST_FILE = 10 * 1024 * 1024  # once it is decoded
# What an upload may need: Base64 with every slash escaped and line breaks.
LARGEST_UPLOAD = 15 * 1024 * 1024
HEAD = re.compile(r"data:(?P<type>[^,;]*)(?:;[^,]*)?;base64,", re.IGNORECASE)
BLANKS = re.compile(r"\s+")
UNKNOWN_TYPE = "application/octet-stream"
MEDIA_TYPE = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}", re.ASCII)
NOT_SENT = "No file was submitted."
NO_FILE = "The submitted data was not a file. Check the encoding type on the form."
NOT_VALID = "Please upload a valid file."
EMPTY = "The submitted file is empty."
TOO_LARGE = "Ensure this file is no larger than 10 MB."


@dataclass(frozen=True, slots=True)
class Upload:
    """What is known of an uploaded file; its bytes are not kept."""

    media_type: str
    size: int
    digest: str  # SHA-256, as hexadecimal digits


class File(Field):
    """A file as Base64; reads to an Upload."""

    is_another_form = True

    def deserialize(self, value: object, attr: str | None = None, data: object = None, **options: object) -> object:
        if value is missing:
            raise ValidationError(NOT_SENT)
        return super().deserialize(value)

    def read(self, value: object) -> Upload:
        if not isinstance(value, str):
            raise ValidationError(NO_FILE)
        head = HEAD.match(value)
        content = _decoded(value[head.end() :] if head else value)
        media_type = head["type"] if head and MEDIA_TYPE.fullmatch(head["type"]) else UNKNOWN_TYPE
        return Upload(media_type, len(content), hashlib.sha256(content).hexdigest())


def _decoded(text: str) -> bytes:
    """Return the bytes of Base64 text; raise ValidationError."""
    plain = BLANKS.sub("", text)
    if not plain:
        raise ValidationError(EMPTY)
    try:
        content = base64.b64decode(plain.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValidationError(NOT_VALID) from None
    if len(content) > LARGEST_FILE:
        raise ValidationError(TOO_LARGE)
    return content
