"""The Flask application, without what it does not need."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.routing import Rule


class LazyRule(Rule):
    """A route whose writer of URLs is made when one is first wanted: to make them all is a tenth of a start."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        make: Callable[[bool], Callable[..., tuple[str, str]]] = super()._compile_builder
        made: list[Callable[..., tuple[str, str]]] = []

        def build(rule: Rule, **values: Any) -> tuple[str, str]:
            if not made:
                made.append(make(append_unknown).__get__(rule, None))
            return made[0](**values)

        return build


class Application(Flask):
    """Flask without the question, eight times a request, whether a function of ours might be a coroutine."""

    url_rule_class = LazyRule

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself: none of ours is async."""
        return func
