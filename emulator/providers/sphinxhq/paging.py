"""Lists in pages: the page that a query asks for, its links, and filters that are wrong."""

from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from operator import itemgetter
from urllib.parse import urlencode

from flask import Response, request

from emulator.core.errors import Invalid
from emulator.core.model import Outcome
from emulator.providers.sphinxhq.facts import InvalidPage
from emulator.providers.sphinxhq.query import last_value, page_size, query_pairs
from emulator.providers.sphinxhq.responses import drf_response

OUTCOMES: Mapping[str, frozenset[Outcome | None]] = {
    "ACCEPTED": frozenset({Outcome.APPROVED}),
    "REJECTED": frozenset({Outcome.DENIED}),
    "PENDING": frozenset({Outcome.UNDECIDED, None}),
}
HIGHEST_ID = 2**63
LARGEST = Decimal(10) ** 50
NO_NUMBER = "Enter a number."
TOO_LARGE = "Ensure this value is less than or equal to 1e+50."


class Filters:
    """The filters of a query, read one by one; `check` then refuses all that are wrong at once."""

    def __init__(self) -> None:
        self.problems: dict[str, list[str]] = {}

    def whole(self, name: str) -> int | None:
        """Return an id, None where it was not sent; any number is taken, and 0 stands for what is no id."""
        number = self._decimal(name)
        if number is None:
            return None
        return int(number) if number == number.to_integral_value() and abs(number) < HIGHEST_ID else 0

    def number(self, name: str) -> float | None:
        """Return a number, None where it was not sent."""
        number = self._decimal(name)
        return None if number is None else float(number)

    def _decimal(self, name: str) -> Decimal | None:
        """Return a number as the framework's filter reads it, None where it was not sent or is wrong."""
        text = last_value(name).strip()
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            self.problems[name] = [NO_NUMBER]
        elif number > LARGEST:
            self.problems[name] = [TOO_LARGE]
        return None if name in self.problems else number

    def choice(self, name: str, choices: Collection[str]) -> str | None:
        """Return one of the choices, None where it was not sent."""
        text = last_value(name)
        if text and text not in choices:
            self.problems[name] = [f"Select a valid choice. {text} is not one of the available choices."]
        return text if text in choices else None

    def check(self) -> None:
        """Raise Invalid when a filter was wrong."""
        if self.problems:
            raise Invalid(self.problems)


def answer_page(count: int, results_of: Callable[[int, int], Sequence[object]]) -> Response:
    """Return the page that the query asks for; `results_of` is given offset and limit. Raise InvalidPage."""
    size = page_size()
    last = max(1, -(-count // size))
    page = _page_number(last)
    envelope = {
        "count": count,
        "next": _page_link(page + 1) if page < last else None,
        "previous": _page_link(page - 1) if page > 1 else None,
        "results": results_of((page - 1) * size, size),
    }
    return drf_response(envelope, 200)


def _page_number(last: int) -> int:
    """Return the number of the page that the query asks for; raise InvalidPage for one that does not exist."""
    text = last_value("page") or "1"
    if text == "last":
        return last
    try:
        number = int(text[:30])
    except ValueError:
        raise InvalidPage from None
    if not 1 <= number <= last:
        raise InvalidPage
    return number


def _page_link(number: int) -> str:
    """Return the address of another page, on the host that the request named."""
    query = [(name, value) for name, value in query_pairs() if name != "page"]
    if number > 1:
        query.append(("page", str(number)))
    return f"{request.base_url}{'?' if query else ''}{urlencode(sorted(query, key=itemgetter(0)))}"
