"""Rows 29 to 38: what the body is said to be, and how its bytes are to be read."""

from tests.bad_input.table import PROVIDERS, Row, body, post, short

TEXTS = {
    "aplyid": ("activity.external_id", "client.external_id", "client.name", "activity.nature", "client.email"),
    "sphinxhq": ("customer.full_name", "customer.external_id", "webhook_url", "notes", "rfi", "checks.0.input_details"),
}
SHOWN_TEXT = {"aplyid": ("client.name", "client.name"), "sphinxhq": ("notes", "notes")}
OTHER_TYPES = (
    *("text/plain", "text/json", "application/x-json", "application/vnd.api+json", "application/problem+json"),
    *("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "text/html"),
    *("text/plain, application/json", "application/octet-stream", "application/jsonp", "image/svg+xml"),
)
NO_TYPES = (
    "json",
    "application",
    "application/",
    "/json",
    "a/b/c",
    ";",
    "{}",
    "application/json garbage",
    "ä/ö",
    "a\tb",
)
BAD_BYTES = {
    "ff-fe": b"\xff\xfe",
    "overlong": b"\xc0\xaf",
    "overlong-3": b"\xe0\x80\xaf",
    "surrogate": b"\xed\xa0\x80",
    "surrogate-pair": b"\xed\xa0\xbd\xed\xb8\x80",
    "truncated-2": b"\xc3",
    "truncated-3": b"\xe2\x82",
    "truncated-4": b"\xf0\x9f\x98",
    "lone-continuation": b"\x80",
    "above-10ffff": b"\xf4\x90\x80\x80",
    "five-bytes": b"\xf8\x88\x80\x80\x80",
    "latin-1": "é".encode("latin-1"),
}
NO_JSON = {
    "xml": b'<?xml version="1.0"?><case><name>x</name></case>',
    "doctype": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
    "yaml": b"---\nactivity:\n  name: x\nclient: !!python/object:x {}\n",
    "html": b"<!doctype html><html><body>hello</body></html>",
    "msgpack": b"\x82\xa8activity\x81\xa4name\xa1x\xa6client\x80",
    "cbor": b"\xa1\x63abc\x01",
    "bson": b"\x16\x00\x00\x00\x02hello\x00\x06\x00\x00\x00world\x00\x00",
    "protobuf": b"\n\x04name\x12\x05value",
    "form": b"activity[name]=x&client[name]=y",
    "csv": b"name,nature\nx,y\n",
    "plist": b"bplist00\xd1\x01\x02",
    "pickle": b"\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00}\x94.",
    "javascript": b"({activity: {}, client: {}})",
    "json-with-callback": b"callback({})",
    "json-with-guard": b")]}',\n{}",
    "ndjson": b"{}\n{}\n",
    "empty-lines": b"\r\n\r\n",
    "nul": b"\x00",
}


def _typed(provider: str, number: int, sent: str, *voices: str) -> Row:
    request = post(provider, body(provider), ("Content-Type", "@TYPE@"))
    return Row(number, provider, f"type-{sent}", request.replace(b"@TYPE@", sent.encode()), voices)


def _charset(provider: str, charset: str) -> Row:
    place, shown = SHOWN_TEXT[provider]
    raw = '"Zoë \u4e2d Stuck"'.encode()
    header = ("Content-Type", f"application/json; charset={charset}")
    request = post(provider, body(provider, place, raw), header)
    return Row(32, provider, f"charset-{charset}", request, ("accepted",), ((shown, "Zoë \u4e2d Stuck"),))


def _undecodable(provider: str, charset: str, encoding: str) -> Row:
    text = body(provider, SHOWN_TEXT[provider][0], '"Zoë"'.encode()).decode()
    request = post(provider, text.encode(encoding), ("Content-Type", f"application/json; charset={charset}"))
    return Row(32, provider, f"really-{encoding}", request, ("malformed",))


def _rows_of(provider: str) -> list[Row]:
    good = body(provider)
    is_a = provider == "aplyid"
    first_wins = is_a  # Rails reads up to the first comma, and the server joins two lines with one

    def row(number: int, what: str, request: bytes, *voices: str) -> Row:
        return Row(number, provider, what, request, voices)

    return [
        row(29, "no-type", post(provider, good, without=["Content-Type"]), "wrong type"),
        row(29, "empty-type", post(provider, good, ("Content-Type", "")), "not acceptable" if is_a else "wrong type"),
        *(_typed(provider, 30, sent, "wrong type") for sent in OTHER_TYPES),
        *(_typed(provider, 30, sent, "not acceptable" if is_a else "wrong type") for sent in NO_TYPES),
        *(
            _typed(provider, 31, sent, "accepted")
            for sent in (
                "APPLICATION/JSON",
                "Application/Json",
                "application/json; charset=utf-8",
                "application/json;charset=UTF-8",
                'application/json; charset="utf-8"',
                "application/json;",
                "application/json; q=1; x=y",
            )
        ),
        *(
            _charset(provider, c)
            for c in ("latin-1", "utf-16", "us-ascii", "shift_jis", "nonsense", "zlib", "", "idna")
        ),
        *(
            _undecodable(provider, c, e)
            for c, e in (("latin-1", "latin-1"), ("utf-16", "utf-16"), ("cp1252", "cp1252"))
        ),
        row(
            34,
            "two-types",
            post(provider, good, ("Content-Type", "application/json"), ("Content-Type", "application/json")),
            *(("accepted",) if first_wins else ("wrong type", "framing")),
        ),
        row(
            34,
            "two-types-json-last",
            post(provider, good, ("Content-Type", "text/plain"), ("Content-Type", "application/json")),
            "wrong type",
        ),
        *(
            row(35, encoding, post(provider, good.decode().encode(encoding)), "malformed")
            for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp037")
        ),
        row(35, "utf-16-be-bom", post(provider, b"\xfe\xff" + good.decode().encode("utf-16-be")), "malformed"),
        row(35, "utf-32-be-bom", post(provider, b"\0\0\xfe\xff" + good.decode().encode("utf-32-be")), "malformed"),
        row(36, "utf-8-bom", post(provider, b"\xef\xbb\xbf" + good), "malformed"),
        row(36, "two-boms", post(provider, b"\xef\xbb\xbf" * 2 + good), "malformed"),
        *(
            row(37, f"{what}-{short(place)}", post(provider, body(provider, place, b'"a' + raw + b'b"')), "malformed")
            for what, raw in BAD_BYTES.items()
            for place in TEXTS[provider]
        ),
        *(
            row(37, f"{what}-unknown-value", post(provider, b'{"unknown":"' + raw + b'",' + good[1:]), "malformed")
            for what, raw in BAD_BYTES.items()
        ),
        *(row(37, f"{what}-at-the-end", post(provider, good + raw), "malformed") for what, raw in BAD_BYTES.items()),
        *(row(38, what, post(provider, raw), "malformed") for what, raw in NO_JSON.items()),
    ]


ROWS = tuple(row for provider in PROVIDERS for row in _rows_of(provider))
