"""Rows 116 to 121 and 125: the fields of APLYiD Workflow, as far as they are not nested."""

from typing import Any

from tests.bad_input.table import UNSET, Row, accepted, body, post, refused

PROVIDER = "aplyid"
NO_OBJECTS: dict[str, Any] = {
    "missing": UNSET,
    "null": None,
    "empty-object": {},
    "empty-list": [],
    "filled-list": [{"name": "x"}],
    "list-of-null": [None],
    "string": "x",
    "empty-string": "",
    "blank": " ",
    "one": 1,
    "zero": 0,
    "true": True,
    "false": False,
    "1e400": b"1e400",
}
EMAILS_TAKEN = {
    "128": "a" * 121 + "@b.test",
    "no-domain-dot": "a@localhost",
    "leading-dot": ".a@b.co",
    "doubled-dot-before-at": "a..b@c.co",
    "punycode": "a@xn--e1afmkfd.test",
    "plus": "a+b@c.co",
    "upper-case": "A@B.CO",
    "label-of-63": "a@" + "b" * 63 + ".co",
    "null": None,
    "empty": "",
    "blank": " ",
    "list": ["a@b.co"],
}
EMAILS_REFUSED = {
    "129": "a" * 122 + "@b.test",
    "no-at": "a.b.co",
    "two-ats": "a@b@c.co",
    "quoted-local-part": '"a b"@c.co',
    "idn": "a@bücher.test",
    "not-ascii": "ä@b.co",
    "trailing-blank": "a@b.co ",
    "leading-blank": " a@b.co",
    "cr-lf": "a@b.co\r\nBcc: x@y.co",
    "trailing-newline": "a@b.co\n",
    "doubled-dot-in-domain": "a@b..co",
    "trailing-dot": "a@b.co.",
    "ip-literal": "a@[127.0.0.1]",
    "hyphen-first": "a@-b.co",
    "hyphen-last": "a@b-.co",
    "underscore-domain": "a@b_c.co",
    "label-of-64": "a@" + "b" * 64 + ".co",
    "display-name": "A <a@b.co>",
    "two-addresses": "a@b.co,c@d.co",
    "at-alone": "@",
    "no-local-part": "@b.co",
    "no-domain": "a@",
    "mailto": "mailto:a@b.co?x",
    "number": 5,
    "true": True,
    "full-width-at": "a＠b.co",
    "nul": "a@b.co\x00",
}


def _other_key(place: str, what: str, value: Any) -> Row:
    request = post(PROVIDER, body(PROVIDER, place, value), ("X-Workflow-Access-Key", "wrong"))
    return Row(116, PROVIDER, f"{what}-{place}-wrong-key", request, ("unauthorized",))


ROWS = (
    *(
        refused(116, place, what, value, "missing", naming="Client must exist")
        for place in ("activity", "client")
        for what, value in NO_OBJECTS.items()
    ),
    *(_other_key(place, w, v) for place in ("activity", "client") for w, v in NO_OBJECTS.items()),
    Row(116, PROVIDER, "both-missing", post(PROVIDER, b'{"x":1}'), ("missing",), naming="Client must exist"),
    refused(116, "activity", "unknown-keys-only", {"zz": 1}, naming="Name can't be blank and Nature can't be blank"),
    refused(116, "client", "unknown-keys-only", {"zz": 1}, naming="Invalid client type: "),
    *(refused(117, p, "missing", UNSET) for p in ("activity.name", "activity.nature", "client.name")),
    *(refused(117, p, "null", None) for p in ("activity.name", "activity.nature", "client.name")),
    *(refused(117, p, "list", ["x"]) for p in ("activity.name", "activity.nature", "client.name")),
    accepted(118, "activity.nature", "500", "n" * 500),
    refused(118, "activity.nature", "501", "n" * 501, naming="Nature is too long (maximum is 500 characters)"),
    *(accepted(118, "client.email", what, value) for what, value in EMAILS_TAKEN.items()),
    *(refused(118, "client.email", what, value, naming="Email is ") for what, value in EMAILS_REFUSED.items()),
    *(
        accepted(121, "client.client_type", kind, kind)
        for kind in ("company", "trust", "charity", "estate", "society", "joint")
    ),
    refused(121, "client.client_type", "organisation", "organisation", naming="Invalid client type: organisation"),
    refused(121, "client.client_type", "capital", "Individual", naming="Invalid client type: Individual"),
    refused(121, "client.client_type", "missing", UNSET, naming="Invalid client type: "),
    refused(121, "client.client_type", "list", ["individual"], naming="Invalid client type: "),
    *(
        accepted(125, place, what, value, None)
        for place in ("activity.external_id", "client.external_id")
        for what, value in (("absent", UNSET), ("null", None))
    ),
    *(
        accepted(125, place, what, value, shown)
        for place in ("activity.external_id", "client.external_id")
        for what, value, shown in (
            ("empty", "", ""),
            ("blanks", "   ", "   "),
            ("zero", 0, "0"),
            ("dots", "../x", "../x"),
        )
    ),
    *(
        refused(125, place, "1-mb", "x" * 1_000_000, naming="External is too long (maximum is 255 characters)")
        for place in ("activity.external_id", "client.external_id")
    ),
)
