"""The storage of everything but the journal, on SQLite.

Rule of this room: all SQL is here, as named queries in `queries/*.sql`. It is written so that a second engine needs
few queries of its own: dates are integer microseconds, JSON is text, and nothing is used that only SQLite can do.
"""
