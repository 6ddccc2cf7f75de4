"""Facts that only this service has words for."""

from emulator.core.errors import Fact, Unauthorized

NO_CHECKS = "A case needs at least one check to be started."


class InvalidPage(Fact):
    """The list has no such page."""

    needed = "a page that exists: from 1 to the last one, or the word last"


class WrongToken(Unauthorized):
    """The header with the token is not as it should be."""

    needed = "the header Authorization: Bearer test_<name>, or with a token of POST /api/oauth/token/"


class WrongClient(Unauthorized):
    """The client credentials are wrong."""

    needed = "client_secret test_<name>, which opens the sandbox <name>"


class NoChecks(Fact):
    """A case without checks cannot be started."""

    needed = "a case with a check: POST /api/checks/ adds one"
