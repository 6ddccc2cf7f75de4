"""Generated requests, sent to the emulator and to an application of the real framework: the same answers."""

import json
import os
import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from emulator.app import Built, build_emulator
from emulator.settings import Settings
from tests.conformance.reference import shop

# Examples of an endpoint, in the first generation and in the current one; `make fuzz` tries twenty times as many.
TIMES = int(os.environ.get("SIDE_BY_SIDE", "1"))
EXAMPLES, EXAMPLES_NOW = 300 * TIMES, 100 * TIMES
CRASHED = 500
KEPT = {"created_at": "a moment", "updated_at": "a moment", "file": "an address", "access_token": "a token"}
DRAWN = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TOLD = "application/json"


@dataclass
class Both:
    """The emulator and the reference, which begin with the same customers, documents, case and check."""

    built: Built
    reference: Any

    def ask(self, method: str, path: str, body: bytes | None = None, *, by_token: bool = False) -> tuple[Any, Any]:
        """Status and body of both, asked with the cookie or with a token."""
        sent: dict[str, Any] = {"data": body, "content_type": TOLD} if body is not None else {}
        key = {"Authorization": "Bearer test_default"} if by_token else {"Cookie": "sessionid=test_default"}
        client = self.built.app.test_client(use_cookies=False)
        emulated = client.open(path, method=method, headers=key, **sent)
        said = {"HTTP_AUTHORIZATION": "Bearer test_default"} if by_token else {}
        real = self.reference.generic(method, path, body or b"", content_type=TOLD, HTTP_HOST="localhost", **said)
        return (emulated.status_code, steady(emulated.data)), (real.status_code, steady(real.content))


def steady(body: bytes) -> Any:
    """The JSON of an answer without what differs from run to run; a page of HTML as its text."""
    try:
        return _steady(json.loads(body))
    except ValueError:
        return body.decode()


def _steady(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _steady_field(name, part) for name, part in value.items()}
    return [_steady(part) for part in value] if isinstance(value, list) else value


def _steady_field(name: str, value: Any) -> Any:
    if name in KEPT or (name == "external_id" and isinstance(value, str) and DRAWN.fullmatch(value)):
        return KEPT.get(name, "drawn")
    return _steady(value)


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    built = build_emulator(Settings(switch=("sphinxhq.check-errors=dict",)))  # as the release that is compared with
    client = built.app.test_client(use_cookies=False)
    known = {"customer": {"full_name": "Mary Stuck", "external_id": "known"}, "checks": [{"check_type": "PEP"}]}
    opened = client.post("/api/cases/", json=known, headers={"Cookie": "sessionid=test_default"})
    assert opened.status_code == 201
    later: dict[str, Any] = {
        "customer": {"full_name": "Grace Stuck", "external_id": "known-now"},
        "external_id": "taken",
    }
    later["checks"] = [{"check_type": "NAME_CHECK"}]
    opened = client.post("/api/cases/", json=later, headers={"Authorization": "Bearer test_default"})
    assert opened.status_code == 201
    yield Both(built, shop.set_up())
    built.store.close()


LETTERS = string.ascii_letters + string.digits + " .,-_'\"\\/<>äß漢🙂\x00\t\n\u2028"
TEXTS = st.text(LETTERS, max_size=12) | st.sampled_from(["x" * 255, "x" * 256, " ", "", "null", "0", "\ud800"])
NUMBERS = st.integers(-3, 400) | st.sampled_from([1.0, 1.5, -0.0, 1e20, 2**31, 2**63, 2**70, -(2**63), 123, 124])
ODD = st.sampled_from([None, True, False, [], {}, [1], {"a": 1}, [None], "1", " 1 ", "1.0", "1e2", "+1", "٣", "1_0"])
ANY = TEXTS | NUMBERS | ODD
# Free JSON without NUL and half surrogate pairs, which the emulator refuses: no database stores them.
CLEAN = TEXTS.filter(lambda text: not {"\x00", "\ud800"} & {*text})
JSON = st.recursive(ODD | CLEAN, lambda part: st.lists(part, max_size=3) | st.dictionaries(CLEAN, part, max_size=3))
IDS = st.sampled_from([1, 1, 1, "1", 123, 124, 9, 0, -1]) | ANY
DAYS = st.sampled_from([-1, 0, 30, 365, 366, -2, "30", 30.0]) | ANY
FILES = st.sampled_from(["YQ==", "data:text/plain;base64,YQ==", "data:,x", "Y Q\n==", "YQ", "DATA:;BASE64,YQ=="]) | ANY


def body(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    """Objects with some of these fields, and now and then something else."""
    some = st.fixed_dictionaries({}, optional={**fields, "further": ANY})
    return st.one_of(some, some, some, JSON).map(lambda value: json.dumps(value).encode())


KINDS = st.sampled_from(["PEP", "IDV", "pep", "SIGNING_AUTHORITY", ""]) | ANY


BODIES = {
    "/api/checks/": body(
        case_id=IDS,
        check_type=KINDS,
        input_details=JSON,
        document_ids=st.lists(IDS, max_size=4) | ANY,
        delete_after=DAYS,
    ),
    "/api/customers/": body(
        full_name=TEXTS | ANY,
        external_id=st.sampled_from(["known", " known ", "KNOWN", ""]) | ANY,
        customer_type=st.sampled_from(["INDIVIDUAL", "COMPANY", "", "company"]) | ANY,
        input_details=JSON,
        delete_after=DAYS,
    ),
    "/api/customers/update/": body(
        external_id=st.sampled_from(["known", "known", " known ", "nobody"]) | ANY,
        full_name=TEXTS | ANY,
        customer_type=st.sampled_from(["INDIVIDUAL", "COMPANY", "", None]) | ANY,
        input_details=JSON,
        delete_after=DAYS,
    ),
    "/api/documents/": body(
        file=FILES, original_name=TEXTS | ANY, case_id=IDS, check_id=IDS, customer_id=IDS, delete_after=DAYS
    ),
}
QUERY_TEXTS = st.sampled_from(
    ["", "1", "0", "-1", "x", "1.0", "PEP", "PENDING", "last", " 1", "1e1", "0.5", "nan", "٣"]
)
QUERY_NAMES = st.sampled_from(
    [*("case_id", "check_type", "outcome", "min_risk_score", "max_risk_score", "page", "page_size", "zz")]
)
KEYS = st.sampled_from(["1", "123", "124", "0", "-1", "9", "x", "1e3", " 1", "+1", "1_0", "9" * 30, "update", "٣"])
few = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def differences(
    both: Both, method: str, requests: st.SearchStrategy[tuple[str, bytes | None]], *, by_token: bool = False
) -> list[str]:
    """The requests that are answered in two ways, each with both answers."""
    found: dict[str, str] = {}

    @settings(few, max_examples=EXAMPLES_NOW if by_token else EXAMPLES)
    @given(requests)
    def compare(request: tuple[str, bytes | None]) -> None:
        path, sent = request
        emulated, real = both.ask(method, path, sent, by_token=by_token)
        if real[0] == CRASHED:  # by half a surrogate pair in a choice; an emulator never answers 5xx
            assert emulated[0] < CRASHED
        elif emulated != real:
            found[f"{method} {path} {sent!r:.300}"] = f"{emulated!r:.300} here, {real!r:.300} there"

    compare()
    return [f"{request}: {answers}" for request, answers in found.items()]


@pytest.mark.parametrize("path", BODIES)
def test_bodies_are_answered_alike(both: Both, path: str) -> None:
    assert differences(both, "POST", BODIES[path].map(lambda sent: (path, sent))) == []


PLATFORMS = st.lists(st.fixed_dictionaries({}, optional={"domain": TEXTS, "id": ANY, "x": ANY}), max_size=3) | ANY
METADATA = st.dictionaries(CLEAN, JSON, max_size=3) | ANY.filter(lambda value: not isinstance(value, dict))
TRUTHS = st.sampled_from(["true", "False", "t", "N", "on", "OFF", 1, 0, 1.0, 2, " yes", True, False]) | ANY
ADDRESSES = st.sampled_from(
    [
        *(
            "ada@example.com",
            " ada@example.com ",
            "a@localhost",
            "a.b@x",
            "@x.com",
            "a@b@c.de",
            '"a b"@x.org',
            "ä@x.com",
        ),
        *(
            "a@ä.com",
            "a@-x.com",
            "a@x-.com",
            "a@[127.0.0.1]",
            "a@[::1]",
            "a@[1]",
            "a@x.c",
            "a@x.com.",
            "A@X.COM",
            "a@x..y",
        ),
    ]
)
WIDE = st.sampled_from(["PEP", "NAME_CHECK", "CRA", "cra", "", None]) | ANY
CHECKS = st.lists(
    st.fixed_dictionaries({}, optional={"check_type": WIDE, "input_details": JSON, "document_ids": st.just([123])}),
    max_size=3,
)
NOW_IDS = IDS.map(lambda value: 2 if value == 1 else value)
CHANGE = {
    "webhook_url": TEXTS | ANY,
    "external_id": st.sampled_from(["taken", " taken ", "own", "x" * 512, "x" * 513]) | ANY,
    "metadata": METADATA,
    "sync_platforms": PLATFORMS,
    "delete_after": DAYS,
}
CUSTOMER = {
    "full_name": TEXTS | ANY,
    "external_id": st.sampled_from(["known-now", "known", ""]) | ANY,
    "customer_type": st.sampled_from(["INDIVIDUAL", "COMPANY", "", None]) | ANY,
    "input_details": JSON,
    "delete_after": DAYS,
    "sync_platforms": PLATFORMS,
}
DESCRIBED = {name: values for name, values in CUSTOMER.items() if name != "full_name"}
SLUGS = st.sampled_from(["aml-individual", "aml", "", "AML-INDIVIDUAL"]) | NUMBERS | ODD
NOW: dict[tuple[str, str], st.SearchStrategy[bytes]] = {
    ("POST", "/api/cases/"): body(
        **CHANGE,
        customer_id=st.just(123) | IDS,
        customer=st.fixed_dictionaries({"full_name": TEXTS}, optional=DESCRIBED) | ANY,
        case_config=SLUGS,
        auto_start=TRUTHS,
        assignee=ADDRESSES | ANY,
        checks=CHECKS | ANY,
        document_ids=st.lists(IDS, max_size=3) | ANY,
    ),
    ("PATCH", "/api/cases/2/"): body(**CHANGE),
    ("POST", "/api/cases/2/start/"): body(allow_restart=TRUTHS),
    ("POST", "/api/checks/"): body(
        case_id=NOW_IDS, check_type=WIDE, input_details=JSON, document_ids=st.lists(IDS, max_size=4), delete_after=DAYS
    ),
    ("POST", "/api/customers/"): body(**CUSTOMER),
    ("PATCH", "/api/customers/update/"): body(**CUSTOMER),
    ("POST", "/api/oauth/token/"): body(
        client_id=st.sampled_from(
            ["7e57ed00-0000-4000-8000-000000000001", "urn:uuid:" + "7" * 32, "{" + "a" * 32 + "}"]
        )
        | ANY,
        client_secret=st.sampled_from(["test_default", " test_a ", "nobody"]),
        grant_type=st.sampled_from(["client_credentials", "password", ""]) | ANY,
    ),
}


@pytest.mark.parametrize(("method", "path"), NOW)
def test_bodies_of_the_current_generation_are_answered_alike(both: Both, method: str, path: str) -> None:
    bodies = NOW[method, path].map(lambda sent: (path, sent))
    assert differences(both, method, bodies, by_token=True) == []


def test_a_single_field_of_a_case_is_judged_alike(both: Both) -> None:
    fields = {"auto_start": TRUTHS, "assignee": ADDRESSES, "case_config": SLUGS, **CHANGE}
    one = st.one_of([values.map(lambda value, name=name: {name: value}) for name, values in fields.items()])
    bodies = one.map(lambda field: ("/api/cases/", json.dumps({"customer_id": 123, **field}).encode()))
    assert differences(both, "POST", bodies, by_token=True) == []


CHECKS_THEN = st.lists(
    st.fixed_dictionaries(
        {}, optional={"check_type": KINDS, "input_details": JSON, "document_ids": st.lists(IDS), "delete_after": DAYS}
    ),
    max_size=3,
)
CUSTOMER_THEN = st.fixed_dictionaries(
    {}, optional={name: CUSTOMER[name] for name in CUSTOMER if name != "sync_platforms"}
)


def test_cases_of_the_first_generation_are_opened_alike(both: Both) -> None:
    cases = body(
        customer_id=st.just(123) | IDS,
        customer=CUSTOMER_THEN | ANY,
        webhook_url=TEXTS | st.sampled_from(["x" * 511, "x" * 512]) | ANY,
        notes=TEXTS | ANY,
        rfi=TEXTS | ANY,
        checks=CHECKS_THEN | ANY,
        document_ids=st.lists(IDS, max_size=3) | ANY,
        delete_after=DAYS,
    )
    assert differences(both, "POST", cases.map(lambda sent: ("/api/cases/", sent))) == []


def test_queries_are_answered_alike(both: Both) -> None:
    queries = st.lists(st.tuples(QUERY_NAMES, QUERY_TEXTS), max_size=4)
    asked = queries.map(lambda query: (f"/api/checks/?{urlencode(query)}", None))
    assert differences(both, "GET", asked) == []


def test_ids_are_answered_alike(both: Both) -> None:
    asked = st.tuples(st.sampled_from(["checks", "customers", "documents"]), KEYS)
    assert differences(both, "GET", asked.map(lambda pair: (f"/api/{pair[0]}/{pair[1]}/", None))) == []
