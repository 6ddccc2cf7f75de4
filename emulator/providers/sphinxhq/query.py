"""The parameters of a query, and advice on those that have no effect."""

from collections.abc import Collection
from urllib.parse import parse_qsl

from flask import request

from emulator.web.advice import advise, advise_unknown_keys

PAGE_SIZE, LARGEST_PAGE = 20, 100
HAS_WEBHOOK = {"true": True, "1": True, "false": False, "0": False}  # in letters of any case


def query_pairs() -> list[tuple[str, str]]:
    """Return the parameters as they were sent, in their order."""
    query = request.query_string.decode("latin-1")
    return parse_qsl(query, keep_blank_values=True) if query else []


def last_value(name: str) -> str:
    """Return a parameter, the last one if it is sent twice; an empty text if it is missing."""
    return dict(query_pairs()).get(name, "")


def page_size() -> int:
    """Return how many cases a page has: what is no number from 1 on counts as not sent."""
    try:
        size = int(last_value("page_size")[:30])
    except ValueError:
        return PAGE_SIZE
    return min(size, LARGEST_PAGE) if size > 0 else PAGE_SIZE


def advise_of_query(known: Collection[str]) -> None:
    """Advise of the parameters that are not used, or not as they were sent; `known` are those of the operation."""
    pairs = query_pairs()
    if not pairs:
        return
    names = [name for name, _ in pairs if name in known]
    advise_unknown_keys(dict(pairs), {*known, "format"}, "?")
    for name in sorted({name for name in names if names.count(name) > 1}):
        advise(f"?{name} was sent more than once: the last one counts")
    if "has_webhook" in names and last_value("has_webhook").lower() not in (*HAS_WEBHOOK, ""):
        advise("?has_webhook is neither true nor false and was ignored")
    if "page_size" in names and last_value("page_size") not in (str(page_size()), ""):
        advise(f"?page_size is no number from 1 to {LARGEST_PAGE}: {page_size()} is used")
