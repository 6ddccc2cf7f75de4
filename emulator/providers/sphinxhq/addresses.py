"""Judge an e-mail address as the framework does (Django's EmailValidator)."""

import re

from emulator.hosts import literal_of

LONGEST = 320
USER = re.compile(
    r"(^[-!#$%&'*+/=?^_`{}|~0-9A-Z]+(\.[-!#$%&'*+/=?^_`{}|~0-9A-Z]+)*\Z"
    r'|^"([\001-\010\013\014\016-\037!#-\[\]-\177]|\\[\001-\011\013\014\016-\177])*"\Z)',
    re.IGNORECASE,
)
LETTERS = "a-z\u00a1-\uffff"
DOMAIN = re.compile(
    rf"[{LETTERS}0-9](?:[{LETTERS}0-9-]{{0,61}}[{LETTERS}0-9])?"
    rf"(?:\.(?!-)[{LETTERS}0-9-]{{1,63}}(?<!-))*"
    rf"\.(?!-)(?:[{LETTERS}-]{{2,63}}|xn--[a-z0-9]{{1,59}})(?<!-)\Z",
    re.IGNORECASE,
)
LITERAL = re.compile(r"\[([A-F0-9:.]+)\]\Z", re.IGNORECASE)


def is_address(text: str) -> bool:
    """Return whether the framework takes the text as an address."""
    if "@" not in text or len(text) > LONGEST:
        return False
    user, domain = text.rsplit("@", 1)
    return USER.match(user) is not None and (domain == "localhost" or _is_domain(domain))


def _is_domain(domain: str) -> bool:
    literal = LITERAL.match(domain)
    return DOMAIN.match(domain) is not None or (literal is not None and literal_of(literal[1]) is not None)
