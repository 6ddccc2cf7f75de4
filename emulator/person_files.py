"""Read the files that people write, whatever editor and system they come from."""

from pathlib import Path

LARGEST = 1024 * 1024  # bytes
# By how a file begins, longest mark first, because the mark of UTF-32 begins with that of UTF-16.
MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
UTF8_MARK = b"\xef\xbb\xbf"


class UnusableFile(Exception):
    """A file cannot be used; the text names it and says what to do."""


def read_person_file(path: Path, largest: int = LARGEST) -> str:
    r"""Return the text of a UTF-8 file without its byte order mark, with \n at the end of each line.

    Raise UnusableFile, or OSError for a file that cannot be opened.
    """
    with path.open("rb") as file:  # its size tells nothing where it is a pipe
        raw = file.read(largest + 1)
    if len(raw) > largest:
        raise UnusableFile(f"{path} is larger than {largest} bytes")
    return decode(raw, path)


def decode(raw: bytes, path: object) -> str:
    r"""Return these bytes of the file at `path` as `read_person_file` does; raise UnusableFile."""
    encoding = other_encoding(raw)
    if encoding:
        raise UnusableFile(f"{path} is written in {encoding}: save it as UTF-8")
    try:
        text = raw.removeprefix(UTF8_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        reason = f"{path} is not written in UTF-8 (line {line}), but perhaps in Windows-1252: save it as UTF-8"
        raise UnusableFile(reason) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def other_encoding(raw: bytes) -> str | None:
    """Return UTF-16 or UTF-32, by the mark, or by the zeros where a text begins; None for any other encoding."""
    for mark, name in MARKS.items():
        if raw.startswith(mark):
            return name
    zeros = raw[:4].count(0)  # without a mark, the first sign of a text is one of ASCII
    return None if zeros == 0 else "UTF-32" if zeros > 2 else "UTF-16"
