"""Judge an e-mail address as the framework does (Django's EmailValidator)."""

import re

from emulator.hosts import literal_of

LONGEST = 320
USER = re.compile(
    r"(^[-!#$%&'*+/=?^_`{}|~0-9A-Z]+(\.[-!#$%&'*+/=?^_`{}|~0-9A-Z]+)*\Z"
    r'|^"([\001-\010\013\014\016-\037!#-\[\]-\177]|\\[\001-\011\013\014\016-\177])*"\Z)',
    re.IGNORECASE,
)
# A class with thousands of letters takes longer to compile than all other patterns of a start. So every letter beyond
# ASCII that may be in a name stands as an underscore here, which itself may not, and those that count as one of a to z
# where case does not matter stand as that.
FOLDED = {"\u0130": "i", "\u0131": "i", "\u017f": "s", "\u212a": "k"}
DOMAIN = re.compile(
    r"[a-z_0-9](?:[a-z_0-9-]{0,61}[a-z_0-9])?"
    r"(?:\.(?!-)[a-z_0-9-]{1,63}(?<!-))*"
    r"\.(?!-)(?:[a-z_-]{2,63}|xn--[a-z0-9]{1,59})(?<!-)\Z",
    re.ASCII | re.IGNORECASE,
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
    return _is_name(domain) or (literal is not None and literal_of(literal[1]) is not None)


def _is_name(domain: str) -> bool:
    plain = domain if domain.isascii() else "".join(map(_in_ascii, domain))
    return "_" not in domain and DOMAIN.match(plain) is not None


def _in_ascii(letter: str) -> str:
    return FOLDED.get(letter) or ("_" if "\u00a1" <= letter <= "\uffff" else letter)
