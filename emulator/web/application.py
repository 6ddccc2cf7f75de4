"""The Flask application, without what it does not need."""

from collections.abc import Callable
from typing import Any

from flask import Flask


class Application(Flask):
    """Flask without the question, eight times a request, whether a function of ours might be a coroutine."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: none of ours is async."""
        return func
