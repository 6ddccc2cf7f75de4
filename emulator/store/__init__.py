"""Where everything is kept.

Rule of this room: SQL lives here and nowhere else, as named queries in `queries/*.sql`, written so that a second
engine needs few of its own: no dates but integer microseconds, no JSON but text, nothing only SQLite can do.
"""
