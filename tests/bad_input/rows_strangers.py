"""Rows 104 and 106: callers without a credential, and pages of other sites."""

from tests.bad_input.answers import BROKEN
from tests.bad_input.table import CREDENTIALS, PATHS, PROVIDERS, Row, body, post

SECRET = "s3cret-credential"  # in every wrong credential, so that a log can be searched for it
WRONG = {
    "wrong": SECRET,
    "empty": "",
    "blank": "  ",
    "expired": "test_expired",
    "prefix-only": "test_",
    "other-prefix": f"live_{SECRET}",
    "capital-prefix": f"TEST_{SECRET}",
    "capital-name": f"test_{SECRET.upper()}",
    "blank-inside": f"test_{SECRET} x",
    "slash": f"test_{SECRET}/../default",
    "percent": f"test_{SECRET}%00",
    "65-letters": f"test_{SECRET}".ljust(70, "a"),
    "not-ascii": f"test_{SECRET}\xe9\xff",
    "bearer": f"Bearer test_{SECRET}",
    "bearer-twice": f"Bearer Bearer test_{SECRET}",
    "basic": f"Basic {SECRET}",
    "quoted": f"'test_{SECRET}'",
    "sql": f"{SECRET}' OR 1=1--",
    "json": f'{{"$ne": "{SECRET}"}}',
    "60-kb": f"test_{SECRET}" + "x" * 60_000,
    "trailing-dot": f"test_{SECRET}.",
    "star": "*",
    "null": "null",
    "undefined": "undefined",
}


def _rows_of(provider: str) -> list[Row]:
    good, (name, right) = body(provider), CREDENTIALS[provider]
    is_a = provider == "aplyid"

    def credential(value: str) -> tuple[str, str]:
        return (name, value if is_a else f"sessionid={value}")

    def row(number: int, what: str, request: bytes, *voices: str) -> Row:
        return Row(number, provider, what, request, voices)

    def without(*further: tuple[str, str], query: str = "") -> bytes:
        return post(provider, good, *further, without=[name], path=PATHS[provider] + query)

    token = "test_@SANDBOX@"
    origins = [
        "https://evil.example",
        "null",
        "http://127.0.0.1:1",
        "http://localhost:@PORT@",
        "file://",
        "",
        "http://",
    ]
    origins += ["http://127.0.0.1:@PORT@.evil.example", "http://evil.example#127.0.0.1:@PORT@", "garbage", "[::1"]
    origins += ["http://[::1", "http://[x]", "http://a]b", "http://127.0.0.1:@PORT@]", "https://127.0.0.1:@PORT@@evil"]
    sites = ["cross-site", "same-site", "garbage", "Cross-Site", "cross-site, same-origin"]
    origin = ("Origin", "http://127.0.0.1:@PORT@")
    return [
        row(104, "missing", without(), "unauthorized"),
        *(row(104, what, post(provider, good, credential(value)), "unauthorized") for what, value in WRONG.items()),
        row(104, "before-the-body", post(provider, b"{", credential(SECRET)), "unauthorized"),
        row(104, "before-the-fields", post(provider, b"{}", credential(SECRET)), "unauthorized"),
        row(104, "before-the-size", post(provider, b" " * (1024 * 1024 + 1), credential(SECRET)), "unauthorized"),
        row(104, "1-mb", post(provider, good, credential(SECRET * 60_000)), *BROKEN),
        row(104, "1-mb-authorization", post(provider, good, ("Authorization", "x" * 1_000_000)), *BROKEN),
        # A token speaks the current generation of the one, and alone decides (SPHINX 1); the other reads none.
        row(
            104,
            "in-authorization",
            without(("Authorization", f"Bearer {token}")),
            "unauthorized" if is_a else "accepted",
        ),
        row(104, "in-query", without(query=f"?{name}={token}&sessionid={token}&access_key={token}"), "unauthorized"),
        row(104, "in-the-header-of-the-other", without(("sessionid", token), ("X-Access-Key", token)), "unauthorized"),
        row(104, "underscored-name", without((name.replace("-", "_") + "_", right)), "unauthorized"),
        row(104, "doubled", without((name, right), (name, right)), "unauthorized", *(() if is_a else ("accepted",))),
        row(
            104,
            "authorization-besides",
            post(provider, good, ("Authorization", f"Bearer {SECRET}")),
            "accepted" if is_a else "wrong token",
        ),
        row(
            104, "authorization-twice", post(provider, good, ("Authorization", "a"), ("Authorization", "b")), "accepted"
        ),
        *(row(106, f"origin-{o}", post(provider, good, ("Origin", o)), "foreign") for o in origins),
        *(row(106, f"site-{site}", post(provider, good, ("Sec-Fetch-Site", site)), "foreign") for site in sites),
        row(106, "origin-before-credential", without(("Origin", "https://evil.example")), "foreign"),
        row(106, "origin-before-path", post(provider, good, ("Origin", "null"), path="/nobody"), "foreign"),
        row(106, "origin-before-verb", post(provider, good, ("Origin", "null"), method="DELETE"), "foreign"),
        row(
            106, "good-site-bad-origin", post(provider, good, ("Sec-Fetch-Site", "none"), ("Origin", "null")), "foreign"
        ),
        row(106, "good-origin-bad-site", post(provider, good, origin, ("Sec-Fetch-Site", "cross-site")), "foreign"),
        row(106, "own-origin", post(provider, good, origin), "accepted"),
        row(106, "own-origin-same-site", post(provider, good, origin, ("Sec-Fetch-Site", "same-origin")), "accepted"),
        row(106, "no-page", post(provider, good, ("Sec-Fetch-Site", "none")), "accepted"),
        row(106, "two-origins", post(provider, good, origin, ("Origin", "https://evil.example")), "foreign"),
    ]


ROWS = tuple(row for provider in PROVIDERS for row in _rows_of(provider))
