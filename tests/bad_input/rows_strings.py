"""Rows 64 to 77: texts and Unicode."""

from tests.bad_input.table import PROVIDERS, Row, accepted, body, post, refused

REQUIRED = {  # place: most code points; None: no bound but that of the body
    "activity.name": 50,
    "activity.nature": 500,
    "activity.address_attributes.address_line_1": 128,
    "activity.address_attributes.state": 128,
    "client.name": 50,
    "client.clientable_attributes.firstname": None,
    "client.clientable_attributes.lastname": None,
    "client.contact_phone_attributes.phone_number": None,
    "customer.full_name": 255,
    "notes": None,
}
PATTERNED = {  # these take no text that is not of their pattern
    "activity.address_attributes.country_code": 3,
    "activity.address_attributes.postcode": 16,
    "client.contact_phone_attributes.phone_country_code": None,
}
OPTIONAL = {
    "activity.external_id": 255,
    "activity.address_attributes.address_line_2": 128,
    "activity.address_attributes.suburb": 128,
    "client.external_id": 255,
    "client.clientable_attributes.middle_name": None,
    "customer.external_id": 255,
    "webhook_url": 511,
    "rfi": None,
}
TEXTS = {**REQUIRED, **OPTIONAL}
BOUNDED = {place: most for place, most in TEXTS.items() if most}
SHORT = 50  # the narrowest of the free texts
FREE = "checks.0.input_details"
BLANK = {
    "empty": "",
    "blanks": "   ",
    "nbsp": "\u00a0",
    "ideographic-blank": "\u3000",
    "tab-newline": "\t\r\n",
    "line-separator": "\u2028\u2029",
    "next-line": "\u0085",
    "thin-blanks": "\u2009\u200a\u202f\u205f\u1680",
}
ZERO_WIDTH = {"zwsp": "\u200b", "zwj": "\u200d", "word-joiner": "\u2060", "bom": "\ufeff", "mongolian": "\u180e"}
SURROGATES = {
    "high": rb"\ud800",
    "low": rb"\udc00",
    "reversed-pair": rb"\udf89\ud83c",
    "two-highs": rb"\ud83d\ud83d",
    "high-then-letter": rb"\ud83dx",
    "after-a-pair": rb"\ud83c\udf89\udc01",
}
KEPT = {
    68: {
        "emoji-zwj": "👩\u200d👩\u200d👧\u200d👦",
        "flags": "🇳🇿🇩🇪🏴\U000e0067\U000e0062",
        "u-10ffff": "a\U0010ffffb",
        "u-ffff": "a\uffffb\ufffe",
        "bom-inside": "a\ufeffb",
        "astral": "𝓢𝓽𝓾𝓬𝓴 𐍈 𝟜𝟚",
        "combining": "e\u0301 and \u00e9",
        "scripts": "Łódź 北京 עברית عربى हिन्दी",
        "private-use": "\ue000\uf8ff\U000f0000",
        "hangul-jamo": "\u1112\u1161\u11ab 한",
        "zalgo": "Z\u0351\u036b\u0343a\u0363\u0321l\u0489g\u0335o",
    },
    71: {
        "rtl-override": "a\u202eb\u202c",
        "isolates": "a\u2066b\u2069c",
        "line-separators": "a\u2028b\u2029c",
        "next-line-inside": "a\u0085b",
        "c1-controls": "a\u0080\u0090\u009bb",
        "c0-controls": "a\x01\x07\x08\x1b[31m\x7fb",
        "cr-lf-inside": "a\r\nX-Injected: b",
        "tab-inside": "a\tb",
    },
    73: {
        "script": "<script>alert(1)</script>",
        "img-onerror": '"><img src=x onerror=alert(1)>',
        "javascript": "javascript:alert(1)",
        "textarea": "</textarea></title></script>",
        "svg": "<svg/onload=alert(1)>",
        "template": "{{7*7}}${7*7}#{7*7}<%=7*7%>",
        "jndi": "${jndi:ldap://x/a}",
        "format": "%s%n%x%d{0}{0.__class__}",
        "entity": "&lt;&amp;&#0;",
        "shell": "$(id)`id`;id|id&&id",
        "formula": "=cmd|'/c calc'!A1",
        "style": "</style><style>*{display:none}",
    },
    74: {
        "or-1-1": "' OR 1=1--",
        "drop-table": '"; DROP TABLE cases;--',
        "dollar-1": "$1 $2 ? :name @p",
        "like": "%_%[a-z]*",
        "backslashes": "\\\\\\\\x\\",
        "quotes": "'\"`''\"\"",
        "union": "x' UNION SELECT * FROM cases--",
        "hex-escape": "\\x27 \\u0027",
    },
    76: {
        "etc-passwd": "../../etc/passwd",
        "windows": "C:\\x\\..\\y",
        "con": "CON",
        "file-url": "file:///etc/passwd",
        "encoded-dots": "%2e%2e%2f%00",
        "home": "~/.ssh/id_rsa",
        "unc": "\\\\host\\share",
        "null-word": "null",
        "undefined": "undefined",
    },
}
UNITS = {"ascii": "x", "two-bytes": "é", "three-bytes": "中", "emoji": "😀"}


def _blank_rows() -> list[Row]:
    rows = []
    for what, text in BLANK.items():
        for place in (*REQUIRED, *PATTERNED):
            naming = "can't be blank" if place.startswith(("activity", "client")) else "may not be blank"
            rows.append(refused(64, place, what, text, naming=naming))
        for place in OPTIONAL:
            # Django trims what it keeps, Rails does not.
            shown = text if place.startswith(("activity", "client")) else ""
            rows.append(accepted(64, place, what, text, shown))
    return rows


def _length_rows() -> list[Row]:
    rows = []
    for place, most in BOUNDED.items():
        for unit, letter in UNITS.items():
            rows.append(accepted(65, place, f"{most}-{unit}", letter * most))
            rows.append(refused(65, place, f"{most + 1}-{unit}", letter * (most + 1), naming=f"{most} characters"))
        rows.append(refused(65, place, "100-kb", "x" * 100_000, naming=f"{most} characters"))
        rows.append(refused(77, place, "1-mb-of-marks", b'"a' + "\u0301".encode() * 499_000 + b'"'))
        rows.append(refused(77, place, "1-mb-url", "http://host/" + "a" * 1_000_000))
    rows += [accepted(65, place, "100-kb", "x" * 100_000) for place, most in TEXTS.items() if not most]
    return rows


def _kept_rows() -> list[Row]:
    texts = [(number, what, text) for number, named in KEPT.items() for what, text in named.items()]
    rows = [accepted(number, place, what, text) for place in (*TEXTS, FREE) for number, what, text in texts]
    rows += [accepted(68, place, "escaped-pair", rb'"a\ud83c\udf89b"', "a🎉b") for place in (*TEXTS, FREE)]
    rows += [accepted(64, place, what, text) for place in TEXTS for what, text in ZERO_WIDTH.items()]
    return rows


def _unstorable_rows() -> list[Row]:
    rows = [
        refused(67, place, what, b'"a' + raw + b'b"')
        for place in (*TEXTS, *PATTERNED, "client.email", FREE, "customer.input_details")
        for what, raw in SURROGATES.items()
    ]
    rows += [
        refused(66, place, f"nul-{where}", text)
        for place in (*TEXTS, *PATTERNED, "client.email", FREE, "customer.input_details")
        for where, text in (("inside", "a\x00b"), ("alone", "\x00"), ("file-name", "x.pdf\x00.exe"))
    ]
    for place in (FREE, "customer.input_details"):
        for what, raw in (("surrogate", rb"\ud800"), ("nul", rb"\u0000")):
            rows.append(refused(67, place, f"{what}-in-a-key", b'{"a' + raw + b'":1}'))
            rows.append(refused(67, place, f"{what}-deep-inside", b'[{"a":["x' + raw + b'"]}]'))
    return rows


ROWS = (
    *_blank_rows(),
    *_length_rows(),
    *_kept_rows(),
    *_unstorable_rows(),
    *(
        refused(64, place, what, text)
        for place in PATTERNED
        for what, text in ZERO_WIDTH.items()
        if "ntry" not in place
    ),
    *(
        Row(
            65,
            provider,
            f"{size}-mib-text",
            post(provider, body(provider, place, "x" * size * 1024 * 1024)),
            ("too large",),
        )
        for provider, place in zip(PROVIDERS, ("activity.name", "notes"), strict=True)
        for size in (2, 10)
    ),
    refused(77, "client.email", "1-mb-of-a-dots", "a." * 500_000 + "@b.co", naming="Email is too long"),
    refused(77, "client.email", "1-mb-domain", "a@" + "a." * 500_000 + "co", naming="Email is too long"),
    refused(77, "client.email", "1-mb-local-part", "a" * 1_000_000, naming="Email is invalid"),
    refused(77, "activity.address_attributes.postcode", "1-mb", "1" * 1_000_000),
    refused(77, "client.contact_phone_attributes.phone_country_code", "1-mb-then-a-letter", "1" * 1_000_000 + "x"),
    refused(77, "activity.max_transaction_value", "1-mb-of-digits-and-a-letter", "1" * 1_000_000 + "x"),
    accepted(77, "notes", "1-mb-of-marks", "a" + "\u0301" * 160_000),
)
