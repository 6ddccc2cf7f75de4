"""Draw the one page that stands for an uploaded file."""

from emulator.core.case_file import Document

LINE = 18  # points between two lines
LETTERS = 80  # of a line


def placeholder_of(document: Document) -> bytes:
    """Return a PDF of one page that says what was uploaded and that its content was not kept."""
    lines = [
        f"Document {document.id}: {document.name}",
        f"{document.size} bytes of {document.media_type}",
        f"SHA-256 {document.digest}" if document.digest else "a sample that every new sandbox has",
        "",
        "This page is a placeholder. The emulator keeps size, media type and digest",
        "of an uploaded document, never its content.",
    ]
    return _pdf(_text_of([line[:LETTERS] for line in lines]))


def _text_of(lines: list[str]) -> bytes:
    """Return the drawing of lines of text."""
    shown = (_escaped(line) for line in lines)
    return b"BT /F1 11 Tf %d TL 60 760 Td\n" % LINE + b"".join(b"(%s) Tj T*\n" % line for line in shown) + b"ET"


def _escaped(text: str) -> bytes:
    plain = "".join(letter if letter.isprintable() else "?" for letter in text).encode("latin-1", "replace")
    return plain.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _pdf(drawing: bytes) -> bytes:
    """Return a PDF file of one A4 page with that drawing."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    file, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % place for place in places)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(file))
    return file + table + trailer
