"""What schemathesis loads: it drops the findings that exceptions.py exempts, before it counts them."""

from typing import Any

import schemathesis

from tests.fuzz.exceptions import is_exempt


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Keep what is not exempt."""
    answer = response.content.decode("utf-8", "replace")
    return not is_exempt(case.operation.label, type(failure).__name__, str(failure), answer, str(response.request.url))
