"""The reader of `queries/*.sql`: what a query's mark makes it return, and that no query hides another."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from emulator.store.named_queries import NamedQueries
from emulator.store.positions import numbered, taking
from emulator.store.sqlite import QUERIES, read_queries

FILE = """-- name: all_of
-- Every row of a kind.
SELECT name FROM things WHERE kind = :kind ORDER BY name;

-- name: one^
SELECT name, kind FROM things WHERE name = :name;

-- name: how_many$
SELECT count(*) FROM things WHERE kind = :kind HAVING count(*) > 0;

-- name: rename!
-- A comment of two lines, with a : and a ;
-- in it.
UPDATE things SET name = name || :more WHERE kind = :kind;

-- name: add*!
INSERT INTO things (name, kind) VALUES (:name, :kind);
"""


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE things (name TEXT, kind TEXT)")
        yield connection


def test_the_mark_behind_its_name_says_what_a_query_returns(database: sqlite3.Connection, tmp_path: Path) -> None:
    (tmp_path / "things.sql").write_text(FILE, encoding="utf-8")
    ask = NamedQueries(tmp_path)
    assert ask.add(database, [{"name": name, "kind": "odd"} for name in "ba"]) == 2
    assert ask.all_of(database, kind="odd") == [("a",), ("b",)]
    assert ask.one(database, name="a") == ("a", "odd")
    assert ask.one(database, name="c") is None
    assert ask.how_many(database, kind="odd") == 2
    assert ask.how_many(database, kind="even") is None
    assert ask.rename(database, kind="odd", more="!") == 2
    assert ask.rename(database, kind="even", more="!") == 0


def test_a_query_that_no_file_has_is_named(tmp_path: Path) -> None:
    with pytest.raises(AttributeError, match="no file has a query drop_everything"):
        NamedQueries(tmp_path).drop_everything  # noqa: B018 (the look is what raises)


def test_each_name_is_given_once_and_every_query_is_read() -> None:
    files = [*QUERIES.glob("*.sql"), *(QUERIES / "sqlite").glob("*.sql")]
    names = [name for path in files for name in re.findall(r"-- name: (\w+)", path.read_text())]
    assert sorted(vars(read_queries())) == sorted(names)


def test_parts_of_any_file_stand_in_queries_and_in_other_parts(database: sqlite3.Connection, tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text(
        "-- name: of^\nSELECT {columns} FROM things WHERE kind = '{}' AND {fits};\n", "utf-8"
    )
    parts = "-- part: columns\n-- What is read.\n{first}, kind\n\n-- part: first\nname\n\n-- part: fits\nname = :name\n"
    (tmp_path / "b.sql").write_text(parts, "utf-8")
    database.execute("INSERT INTO things VALUES ('a', '{}')")
    assert NamedQueries(tmp_path).of(database, name="a") == ("a", "{}")


def test_a_part_that_is_nowhere_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "a.sql").write_text("-- name: of^\nSELECT {colums} FROM things;\n", "utf-8")
    with pytest.raises(KeyError, match="colums"):
        NamedQueries(tmp_path)


def test_sqlite_is_given_values_by_position() -> None:
    sql = "SELECT ':no', :b, :a, x::text, :b FROM things WHERE name = :c -- '"
    assert numbered(sql) == "SELECT ':no', ?1, ?2, x::text, ?1 FROM things WHERE name = ?3 -- '"
    values = {"a": 1, "b": 2, "c": 3, "d": 4}
    assert tuple(taking(sql)(values)) == (2, 1, 3)
    assert [list(taking(short)(values)) for short in ("SELECT 1", "SELECT :a", "SELECT :a, :a")] == [[], [1], [1]]
