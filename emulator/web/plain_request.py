"""A request of Flask that looks up once what Flask looks up three times."""

from functools import cache

from flask import Request


class PlainRequest(Request):
    """A request whose blueprints are remembered by its endpoint, and that closes files only if it has any."""

    @property
    def blueprints(self) -> list[str]:
        """The names of the blueprint of the route that was found, and of those around it."""
        return _blueprints_of(self.url_rule.endpoint) if self.url_rule else []

    def close(self) -> None:
        """Close the files that were sent, as any request does."""
        if "files" in self.__dict__:
            super().close()


@cache  # there are as many endpoints as routes
def _blueprints_of(endpoint: str) -> list[str]:
    name, dot, _ = endpoint.rpartition(".")
    return [name, *_blueprints_of(name)] if dot else []
