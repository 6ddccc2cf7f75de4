"""Read settings that name a file or a folder; each reader raises ValueError as those of `readers` do."""

import os
from contextlib import suppress
from pathlib import Path

from emulator.masking import masked_url
from emulator.readers import read_many, read_text


def read_path(value: object) -> Path:
    """Return the path of a file or folder to read; the start finds out whether it exists."""
    return Path(_path_text(value))


def read_output_file(value: object) -> Path:
    """Return the path of a file to write, which need not exist."""
    path = read_path(value)
    if not path.name or path.is_dir():
        raise ValueError("a file is needed")
    return path


def read_paths(value: object) -> tuple[str, ...]:
    """Return several paths of files, given as a list or with commas between them."""
    return tuple(map(_path_text, read_many(value)))


class DatabaseUrl(str):
    """The URL of a PostgreSQL database. It may hold a password, so that it is shown nowhere as it is."""

    def __repr__(self) -> str:
        """Return the URL without its password."""
        return repr(masked_url(self))


def read_database(value: object) -> Path | DatabaseUrl:
    """Return a database, given as a path, or as a URL like sqlite:///cases.sqlite or postgresql://user@host/name."""
    text = read_text(value)
    scheme, slashes, rest = text.partition("://")
    if slashes and scheme.lower() in ("postgresql", "postgres"):
        return DatabaseUrl(f"postgresql://{rest}")
    if slashes and scheme.lower() != "sqlite":
        raise ValueError(f"only sqlite:///path and postgresql://user@host/name are known, not {scheme}://")
    return _database_file(rest.removeprefix("/") if slashes else text, is_url=bool(slashes))


def _database_file(text: str, *, is_url: bool) -> Path:
    name = Path(text).name
    if name == ":memory:":
        raise ValueError("leave it out: what is not kept needs no file")
    if not name or text.startswith("sqlite:"):
        raise ValueError("a file is needed, as in sqlite:///cases.sqlite (sqlite:////abs/olute.sqlite from the root)")
    if is_url and set(text) & set("?#"):
        raise ValueError("a URL without ? and # is needed, as in sqlite:///cases.sqlite")
    _check_path(text)
    if not is_url and text == Path(text).stem:  # one word: perhaps the name of a database on a server
        raise ValueError(f"a file is needed: write sqlite:///{text} for a file of that name in the working folder")
    return Path(text)


def _path_text(value: object) -> str:
    text = read_text(value)
    _check_path(text)
    return text


def _check_path(text: str) -> None:
    """Raise ValueError for a URL where the path of a file is needed, and for a path with spaces around it."""
    scheme, colon, rest = text.partition(":")
    if colon and len(scheme) > 1 and (rest.startswith("//") or scheme.lower() == "file"):
        raise ValueError(f"the path of a file is needed: write it without {scheme}:{'//' * rest.startswith('//')}")
    if text != text.strip():
        raise ValueError("a path without spaces around it is needed")
    try:
        with suppress(FileNotFoundError, NotADirectoryError):
            os.stat(text)
    except OSError as error:  # too long, a link to itself, behind a folder that may not be entered
        raise ValueError(f"no such path can be used: {error.strerror}") from error
