"""Give SQLite the values of a query by position.

By name, `sqlite3` makes a text of each name and looks it up, which is half of what it does with a value; a create has
forty of them.
"""

import re
from collections.abc import Sequence
from operator import itemgetter

from emulator.store.named_queries import Take

PARAMETER = re.compile(r"'[^']*'|(?<![:\w]):(\w+)")


def numbered(sql: str) -> str:
    """Return the SQL with ?1, ?2 in place of its parameters, in the order in which they come first."""
    numbers = {name: f"?{number}" for number, name in enumerate(_names(sql), 1)}
    return PARAMETER.sub(lambda found: numbers[found[1]] if found[1] else found[0], sql)


def taking(sql: str) -> Take:
    """Return what takes the values of these parameters out of values by name."""
    names = _names(sql)
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: [values[name] for name in names]


def _names(sql: str) -> Sequence[str]:
    return list(dict.fromkeys(name for name in PARAMETER.findall(sql) if name))
