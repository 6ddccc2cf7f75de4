"""Rows 127 to 134: the fields of Sphinx."""

import json
from typing import Any

from tests.bad_input.answers import BROKEN
from tests.bad_input.table import MIB, UNSET, Row, accepted, body, post, refused

PROVIDER = "sphinxhq"
GOOD = body(PROVIDER)
FREE = ("checks.0.input_details", "customer.input_details")
DAYS = ("delete_after", "customer.delete_after", "checks.0.delete_after")
DOCUMENTS = ("document_ids", "checks.0.document_ids")
URLS = (
    *(
        "http://app:8000/h",
        "http://host.docker.internal:1/",
        "http://2130706433/",
        "http://0177.0.0.1/",
        "http://0x7f.1/",
    ),
    *("http://127.1/", "http://0/", "http://0.0.0.0/", "http://[::]/", "http://[::1", "http://user:pw@host/"),
    *("ftp://host/", "file:///etc/passwd", "gopher://host/", "javascript:alert(1)", "data:text/html,x", "unix:/x"),
    *("//host/x", "/x", "http:/x", "http:///x", "HTTP://X", "http://a..b/", f"http://{'a' * 64}.b/", "http://-a/"),
    *(f"http://{'a.' * 150}b/", "http://①②⑦.0.0.1/", "http://bücher.test/", "http://xn--pple-43d.test/", "nonsense"),
    *("http://[fe80::1%25eth0]/", "http://h/\r\nX: y", "http://h/%0d%0a", "http://h/a b", "http://h/ä?ö=ü#f"),
    *(
        "http://h:99999/",
        "http://h:-1/",
        "http://h:/",
        "http://h:0/",
        "http://\\h/",
        "http://h\\@x/",
        "\u202ehttp://h/",
    ),
)
ANY_JSON: dict[str, tuple[bytes, Any]] = {
    "null": (b"null", None),
    "zero": (b"0", 0),
    "true": (b"true", True),
    "string": (b'"x"', "x"),
    "padded-string": (b'"  x  "', "  x  "),
    "empty-string": (b'""', ""),
    "empty-list": (b"[]", []),
    "empty-object": (b"{}", {}),
    "2-70": (b"1180591620717411303424", 2**70),
    "minus-2-70": (b"[-1180591620717411303424]", [-(2**70)]),
    "2-53-1": (b"9007199254740993", 2**53 + 1),
    "4300-digits": (b"9" * 4_300, 10**4_300 - 1),
    "float": (b"1.10", 1.1),
    "whole-float": (b"1e2", 100.0),
    "proto": (b'{"__proto__":{"a":1},"constructor":null}', {"__proto__": {"a": 1}, "constructor": None}),
    "proto-dotted": (b'{"a.b":1,"$ref":"#","":0}', {"a.b": 1, "$ref": "#", "": 0}),
    "key-order": (b'{"b":1,"a":2,"C":3,"aa":4}', {"b": 1, "a": 2, "C": 3, "aa": 4}),
    "case-of-keys": (b'{"a":1,"A":2}', {"a": 1, "A": 2}),
    "same-looking-keys": ('{"é":1,"e\u0301":2}'.encode(), {"é": 1, "e\u0301": 2}),
    "look-alike-separators": (rb'"\u2028\u2029\ufeff\u007f"', "\u2028\u2029\ufeff\x7f"),
    "slashes": (rb'"\/ \\ \" </script>"', '/ \\ " </script>'),
    "controls": (rb'"\u0001\b\f\n\r\t\u001f"', "\x01\b\f\n\r\t\x1f"),
    "mixed-list": (b'[null,true,1,1.5,"x",[],{}]', [None, True, 1, 1.5, "x", [], {}]),
    "duplicates": (b'{"a":1,"b":2,"a":3}', {"a": 3, "b": 2}),
    "60-deep": (b"[" * 60 + b"]" * 60, json.loads("[" * 60 + "]" * 60)),
    "9000-keys": (json.dumps({f"k{i}": i for i in range(9_000)}).encode(), {f"k{i}": i for i in range(9_000)}),
    "100000-items": (json.dumps([0] * 100_000).encode(), [0] * 100_000),
    "900-kb-string": (b'"' + b"x" * 900_000 + b'"', "x" * 900_000),
}
NO_JSON = {
    "nan": b"NaN",
    "infinity": b"[-Infinity]",
    "200000-keys-short": b"{" + b",".join(b'"%d":0' % i for i in range(80_000)) + b"}",
    "65-deep": b"[" * 65 + b"]" * 65,
    "65-objects-deep": b'{"a":' * 64 + b"{}" + b"}" * 64,
}
NO_LISTS = {
    "text": "1,2",
    "text-123": "123",
    "number": 123,
    "float": 1.5,
    "true": True,
    "object": {"0": 123},
    "null": None,
    "empty-text": "",
}
BAD_IDS: dict[str, Any] = {
    "true": [True],
    "list": [[123]],
    "object": [{"id": 123}],
    "null": [None],
    "word": ["a"],
    "unknown": [9],
    "negative": [-1],
    "zero": [0],
    "half": [1.5],
    "good-and-bad": [123, "a"],
    "good-and-unknown": [123, 9],
    "2-63": [2**63],
    "1001": [123] * 1_001,
    "1000-unknown": list(range(1_000, 2_000)),
    "1500-bad": ["x"] * 1_500,
    "100000": [123] * 100_000,
    "100000-bad": [None] * 100_000,
    "1000-huge": [10**900] * 1_000,
}
GOOD_IDS = {"empty": [], "text": ["123"], "twice": [123, 123], "float": [123.0], "1000": [123] * 1_000}
NO_CHECKS: dict[str, Any] = {
    "null": None,
    "object": {},
    "text": "PEP",
    "number": 5,
    "list-of-null": [None],
    "list-of-list": [[]],
    "list-of-text": ["PEP"],
    "without-type": [{}],
    "101": [{"check_type": "PEP"}] * 101,
    "100-bad": [{"check_type": "x" * 5_000}] * 100,
    "100-empty": [{}] * 100,
    "10000-bad": [None] * 10_000,
}
NO_CUSTOMERS: dict[str, Any] = {
    "null": None,
    "list": [],
    "list-of-one": [{}],
    "text": "x",
    "number": 5,
    "float": 1.5,
    "true": True,
    "empty": {},
    "without-name": {"external_id": "x"},
    "name-null": {"full_name": None},
}


def _cookie(what: str, cookie: str, *voices: str, further: tuple[tuple[str, str], ...] = ()) -> Row:
    return Row(133, PROVIDER, what, post(PROVIDER, GOOD, ("Cookie", cookie), *further), voices)


GOOD_COOKIE = "sessionid=test_@SANDBOX@"
ROWS = (
    accepted(127, "webhook_url", "511", "http://h.test/".ljust(511, "x")),
    refused(127, "webhook_url", "512", "http://h.test/".ljust(512, "x"), naming="no more than 511 characters"),
    accepted(127, "webhook_url", "511-after-trim", " " * 99 + "x" * 511 + "\n", "x" * 511),
    *(
        accepted(127, "webhook_url", w, v, s)
        for w, v, s in (("empty", "", ""), ("null", None, None), ("blank", "  ", ""))
    ),
    *(
        accepted(127, "webhook_url", w, v, s)
        for w, v, s in (("number", 5, "5"), ("float", 1.5, "1.5"), ("1e400", b"1e400", "inf"))
    ),
    *(refused(127, "webhook_url", type(v).__name__, v, naming="Not a valid string.") for v in (["x"], {"a": 1}, True)),
    *(accepted(127, "webhook_url", f"url-{url[:60]}", url) for url in URLS),
    *(accepted(128, place, f"days-{days}", days) for place in DAYS for days in (0, 1, 365, -1)),
    *(accepted(128, place, "days-text", "30", 30) for place in DAYS),
    *(refused(128, place, f"days-{days}", days) for place in DAYS for days in (366, -2, 2**31, 1.5, True, None)),
    *(accepted(128, place, "absent", UNSET, -1) for place in DAYS),
    *(accepted(130, FREE[0], what, raw, value) for what, (raw, value) in ANY_JSON.items()),
    *(accepted(130, FREE[1], what, raw) for what, (raw, _) in ANY_JSON.items()),
    *(refused(130, place, what, raw, "malformed", "invalid") for place in FREE for what, raw in NO_JSON.items()),
    refused(130, FREE[0], "200000-keys", b'{"a":[' + b'{"k":0},' * 110_000 + b"0]}", "malformed"),
    Row(
        130,
        PROVIDER,
        "200000-keys-over-1-mib",
        post(PROVIDER, body(PROVIDER, FREE[0], {f"key-{i}": i for i in range(200_000)})),
        ("too large",),
    ),
    accepted(130, FREE[0], "absent", UNSET, None),
    *(refused(131, place, f"no-list-{what}", value) for place in DOCUMENTS for what, value in NO_LISTS.items()),
    *(refused(131, place, f"bad-{what}", value) for place in DOCUMENTS for what, value in BAD_IDS.items()),
    *(accepted(131, place, f"good-{what}", value) for place in DOCUMENTS for what, value in GOOD_IDS.items()),
    *(refused(132, "checks", what, value) for what, value in NO_CHECKS.items()),
    *(refused(132, "customer", what, value) for what, value in NO_CUSTOMERS.items()),
    *(
        refused(132, "customer_id", f"unknown-{json.dumps(v)}", v, naming="does not exist")
        for v in (9, 0, -1, 124, "9")
    ),
    refused(132, "customer_id", "null", None, naming="may not be null"),
    refused(132, "customer_id", "empty", "", naming="may not be null"),
    accepted(132, "checks", "100", [{"check_type": "PEP"}] * 100),
    _cookie("empty-session", "sessionid=", "unauthorized"),
    _cookie("empty-cookie", "", "unauthorized"),
    _cookie("name-only", "sessionid", "unauthorized"),
    _cookie("other-case", "SessionID=test_@SANDBOX@", "unauthorized"),
    _cookie("last-wins", f"sessionid=wrong; {GOOD_COOKIE}", "accepted"),
    _cookie("last-wins-wrong", f"{GOOD_COOKIE}; sessionid=wrong", "unauthorized"),
    _cookie("last-wins-empty", f"{GOOD_COOKIE}; sessionid=", "unauthorized"),
    _cookie("two-lines", GOOD_COOKIE, "accepted", "unauthorized", further=(("Cookie", GOOD_COOKIE),)),
    _cookie("quoted", 'sessionid="test_@SANDBOX@"', "accepted"),
    _cookie("quoted-semicolon", 'sessionid="x;y"', "unauthorized"),
    _cookie("1-mb", "sessionid=" + "x" * MIB, *BROKEN),
    _cookie("60-kb", "sessionid=test_" + "x" * 60_000, "unauthorized"),
    _cookie("nul", "sessionid=test_x\x00", "unauthorized", *BROKEN),
    _cookie("nul-inside", "sessionid=test_\x00@SANDBOX@", "unauthorized", *BROKEN),
    _cookie("cr-lf", "sessionid=a\r\n b", "unauthorized", *BROKEN),
    _cookie("not-ascii", "sessionid=test_\xe9", "unauthorized"),
    _cookie("path", "sessionid=test_../default", "unauthorized"),
    _cookie("65-letters", "sessionid=test_" + "a" * 65, "unauthorized"),
    _cookie("among-others", f"csrftoken=x; a=b; {GOOD_COOKIE}; c", "accepted"),
    _cookie("1000-others", "; ".join([*(f"c{i}=x" for i in range(1_000)), GOOD_COOKIE]), "accepted"),
    _cookie("without-csrf-header", f"{GOOD_COOKIE}; csrftoken=x", "accepted"),
    _cookie("wrong-csrf-header", GOOD_COOKIE, "accepted", further=(("X-CSRFToken", "wrong"),)),
    _cookie("with-wrong-token", GOOD_COOKIE, "wrong token", further=(("Authorization", "Bearer wrong"),)),
    _cookie("with-right-token", "sessionid=", "accepted", further=(("Authorization", "Bearer test_@SANDBOX@"),)),
)
