"""Mask what looks like a secret, wherever a person or a file may read it: the one place that knows what does.

A name of a parameter, header or cookie tells a secret, and so does the shape of some values. A URL may have a user and
password in each of the spellings that lenient programs read. Every function takes time in proportion to the text.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from urllib.parse import unquote_plus

from emulator.late_pattern import late

MASK = "***"
# Anywhere in a name, and as a word of it: `X-Api-Key` and `apikey`, but `sig` and `sigCode`, not `design`.
PARTS = (
    "assertion|(?<!un)auth|bearer|captcha|cookie|cred|csrf|dpop|hmac|jwt|key|kennwort|nonce|passcode|passphrase|passw|"
    "private|pwd|saml|secret|sess|signature|signed|ticket|token|verifier|xsrf|accessid|"
    "(?:access|confirm|device|invite|login|mfa|reset|secur|sms|verif)[a-z]*[^a-z0-9]?code"
)
WORDS = "2fa|cert|hash|mac|magic|mfa|otp|pass|pat|pin|psk|pw|salt|sas|sid|sig|sign|sk|sso|tan|totp"
SECRET_NAME = late(rf"{PARTS}|(?<![a-z0-9])(?:{WORDS})(?![a-z0-9])|^(?:x-)?code$", re.MULTILINE)
HUMP = late(r"(?<=[a-z0-9])(?=[A-Z])")
PUBLIC_HEADERS = late(r"(www|proxy)-authenticate|access-control-.*", re.IGNORECASE)
# Tokens that are known by how they begin, and credentials as headers hold them.
SHAPES = late(
    r"(?<![\w-])(?:eyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?|AKIA[0-9A-Z]{12,}|AIza[\w-]{20,}"
    r"|(?:sk|rk|whsec|gh[opsur]|github_pat|glpat|xox[abeprs]|shpat)[-_][\w-]{8,})"
    r"|(?<=\b[Bb]earer )(?=\S*\d|\S{16})[^\s,;\"'<>]{6,}|(?<=\bBasic )(?=\S+[A-Z0-9=])[A-Za-z0-9+/]{7,}={0,2}"
)
BEGINNINGS = ("eyJ", "AKIA", "AIza", "sk-", "sk_", "rk-", "rk_", "whsec", "gh", "github", "glpat", "xox", "shpat")
SCHEMES = ("earer ", "Basic ")
SHAPED = (*BEGINNINGS, *SCHEMES)
RANDOM = late(r"(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=[^0-9]*[0-9])[A-Za-z0-9+/_~.-]{20,}=*|[0-9a-fA-F]{32,}")
# The user information of a URL inside a text: after a scheme and two slashes of either kind (JSON escapes them), after
# http: without any, and after two slashes alone. It never begins inside another one, so that a search stays linear.
USER = late(
    r"((?:^|(?<=[/\\?#\s\"<>]))https?:[\\/]*|:[\\/]{2,}|(?<![^\s\"'=(,<>])[\\/]{2,})[^/\\?#\s\"<>]*@", re.IGNORECASE
)
NAMED = late(r"(?:^|[?&;#\s\"',(])([^?&;#\s\"',(=<>]+)=")
BARE = late(r"(?<=\?)[A-Za-z0-9+/_~.-]{16,}=*(?=[&#\s\"<>]|$)")
SECRET_VALUE, VALUE = late(r"[^&#\s\"<>]*"), late(r"[^?&;#\s\"<>]*")
# The same of a text that is one URL and nothing else, which may hold blanks and quotes.
URL = late(r"\s*(?:h\s*t\s*t\s*p\s*(?:s\s*)?:[\\/\s]*|[a-z][a-z0-9+.-]*:[\\/]{2,}|[\\/]{2,})", re.IGNORECASE)
AUTHORITY = late(r"[^/\\?#]*")
ODD_PORT = late(r"[^\[\]]*:(?!\d*$)")
SECRET_VALUE_OF_URL, VALUE_OF_URL = late(r"[^&#]*"), late(r"[^?&;#]*")
LITERAL = late(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
MARKS = ("@", "%40", "=", "?")  # a text with neither one of these nor a known token holds no secret that can be told
DEEPEST = 3  # times that a value may be percent-encoded, and be a URL in a parameter of another
LONGEST_KEPT = 200  # characters of a header whose masked form is remembered: most requests repeat those of others


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Return whether a parameter, a header or a cookie of that name probably holds a secret."""
    plain = _decoded(name)
    return SECRET_NAME.search(f"{plain}\n{HUMP.sub('_', plain)}".lower()) is not None


def masked(text: str) -> str:
    """Return a text with *** in place of each secret: in the URLs, parameters and credentials in it."""
    return _masked(text, DEEPEST)


def masked_url(url: str) -> str:
    """Return a text that is one URL, in any spelling, with *** in place of its user information and of secrets."""
    begin = URL.match(url)
    if begin is None:
        return masked(url)
    rest = url[begin.end() :]
    user = _end_of_user(rest)
    if user:
        rest = f"{MASK}@{rest[user:]}"
    return begin[0] + _mask_rest(rest, DEEPEST, SECRET_VALUE_OF_URL, VALUE_OF_URL)


def masked_header(name: str, value: str) -> str:
    """Return the value of a header as it may be shown."""
    if PUBLIC_HEADERS.fullmatch(name):
        return value
    if is_secret_name(name[:200]):
        return MASK
    return masked_url(value) if URL.match(value) else masked(value)


def masked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers as they may be shown."""
    return {
        name: (masked_header if len(value) > LONGEST_KEPT else _masked_before)(name, value)
        for name, value in headers.items()
    }


_masked_before = lru_cache(maxsize=1024)(masked_header)


def masked_body(body: bytes) -> bytes:
    """Return a body as it may be shown: of JSON each text that holds a secret is written anew, all else stays."""
    text = body.decode("utf-8", "surrogateescape")
    if _shows_all(text):
        return body
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        shown = masked(text)
    else:
        shown = LITERAL.sub(_mask_literal, text)
    return shown.encode("utf-8", "surrogateescape")


def _shows_all(text: str) -> bool:
    """Return whether no secret can be in a text, in any spelling: a quick look that most bodies pass."""
    if "\\" in text or any(map(text.__contains__, MARKS)):
        return False
    # As SHAPES.search tells, which takes a while: it tries every place.
    begins = [at for mark in BEGINNINGS if mark in text for at in _places(text, mark)]
    follows = [at + len(mark) for mark in SCHEMES if mark in text for at in _places(text, mark)]
    return not any(SHAPES.match(text, at) for at in (*begins, *follows))


def _places(text: str, mark: str) -> Iterator[int]:
    """Yield where the mark stands in the text."""
    at = text.find(mark)
    while at >= 0:
        yield at
        at = text.find(mark, at + 1)


def _mask_literal(literal: re.Match[str]) -> str:
    if _shows_all(literal[0]):
        return literal[0]
    text = json.loads(literal[0], strict=False)
    shown = masked_url(text) if URL.match(text) else masked(text)
    return literal[0] if shown == text else json.dumps(shown)


def _masked(text: str, depth: int) -> str:
    if "@" in text:
        text = USER.sub(rf"\1{MASK}@", text)
    return _mask_rest(text, depth, SECRET_VALUE, VALUE)


def _mask_rest(text: str, depth: int, secret: re.Pattern[str], other: re.Pattern[str]) -> str:
    if "=" in text:
        text = _mask_parameters(text, depth, secret, other)
    if "?" in text:
        text = BARE.sub(lambda found: MASK if RANDOM.fullmatch(found[0]) else found[0], text)
    return SHAPES.sub(MASK, text) if any(map(text.__contains__, SHAPED)) else text


def _mask_parameters(text: str, depth: int, secret: re.Pattern[str], other: re.Pattern[str]) -> str:
    parts, at = [], 0
    for found in NAMED.finditer(text):
        if found.start() < at:  # inside a value that is masked
            continue
        is_secret = is_secret_name(found[1][-200:])
        value = (secret if is_secret else other).match(text, found.end())
        if value and value[0] and (is_secret or _hides_secret(value[0], depth)):
            parts += [text[at : found.end()], MASK]
            at = value.end()
    return "".join([*parts, text[at:]])


def _hides_secret(value: str, depth: int) -> bool:
    """Return whether a value looks like a secret, or holds a URL or parameters with one, percent-encoded or not."""
    if RANDOM.fullmatch(value):
        return True
    if depth == 0 or not ("%" in value or "=" in value or "@" in value):
        return False
    plain = _decoded(value)
    return _masked(plain, depth - 1) != plain


def _decoded(text: str) -> str:
    for _ in range(DEEPEST if "%" in text else 0):
        text = unquote_plus(text)
    return text


def _end_of_user(rest: str) -> int:
    """Return where the user information at the beginning of the text ends, after its @; 0 if there is none."""
    authority = AUTHORITY.match(rest)
    where = authority[0] if authority else ""
    if "@" in where:
        return where.rindex("@") + 1
    if ODD_PORT.match(where):  # a password with a slash in it, or with an escaped @
        return max(rest.rfind("@") + 1, rest.rfind("%40") + 3 if "%40" in rest else 0)
    return 0
