"""What the control API answers of cases, providers, samples and the journal, as types; see `payloads`."""

from typing import NotRequired, TypedDict

from emulator.control.payloads import DeliveryPayload


class ClientPayload(TypedDict):
    """The client of a case."""

    id: int
    external_id: str | None
    name: str


class CasePayload(TypedDict):
    """A case in the words of the emulator; `rule` names what decides how it ends."""

    provider: str
    id: int
    external_id: str | None
    client: ClientPayload
    state: str
    outcome: str | None
    outcome_word: str | None
    risk_score: float | None
    rule: str
    link: str | None
    created_at: str
    updated_at: str
    next_step_at: str | None
    starts_at: str | None
    ends_at: str | None
    archived: bool
    replaces: int | None
    webhook: NotRequired[DeliveryPayload | None]


class CasesPayload(TypedDict):
    """The newest cases of a sandbox, and how many there are."""

    count: int
    cases: list[CasePayload]


class CaseLinkPayload(TypedDict):
    """The applicant's link to a case, its QR code, and what a phone needs to open it (null: nothing)."""

    link: str
    svg: str
    advice: str | None


class OwnerPayload(TypedDict):
    """A person who owns more than 25 % of a company."""

    name: str
    percent: int


class ApplicantPayload(TypedDict):
    """What a request says of the person or business that is verified; empty where it says nothing."""

    name: str
    is_business: bool
    first_name: str
    last_name: str
    born_on: str
    email: str
    phone: str
    address: list[str]
    purpose: str
    owners: list[OwnerPayload]


class FlowPayload(TypedDict):
    """What the pages of an applicant show; `endings` gives the word that completes the case with an outcome."""

    case: CasePayload
    applicant: ApplicantPayload
    planned_outcome: str
    signature: str | None
    endings: dict[str, str]


class CheckPayload(TypedDict):
    """One check, and what an analyst wrote about it."""

    id: int
    kind: str | None
    state: str
    outcome: str | None
    outcome_word: str | None
    risk_score: float | None
    title: str | None
    note: str | None
    reasoning: str | None
    created_at: str
    updated_at: str


class ChecksPayload(TypedDict):
    """The checks of a case."""

    count: int
    checks: list[CheckPayload]


class DocumentPayload(TypedDict):
    """What is known of a document; its bytes are not kept."""

    id: int
    name: str
    media_type: str
    size: int
    digest: str
    check_id: int | None
    created_at: str


class DocumentsPayload(TypedDict):
    """The documents of a case and of its checks."""

    count: int
    documents: list[DocumentPayload]


class SamplePayload(TypedDict):
    """A request that is ready to be sent."""

    method: str
    url: str
    path: str
    headers: dict[str, str]
    body: dict[str, object]


class SentPayload(SamplePayload):
    """A sample that was sent, with its answer; a status of None: a fault cut the connection."""

    status: int | None
    answer: str
    case_id: int | None


class DocumentNamePayload(TypedDict):
    """An OpenAPI document: its name, its title, and the header that its requests need."""

    name: str
    title: str
    key: dict[str, str]


class ProviderPayload(TypedDict):
    """An emulated API as one sandbox uses it; `endings` are bodies that complete a case."""

    name: str
    title: str
    documents: list[DocumentNamePayload]
    routes: list[str]
    operations: list[dict[str, str]]
    credential: str
    variables: dict[str, str]
    key: dict[str, str]
    current_key: dict[str, str]
    curl: str
    has_flow: bool
    endings: list[dict[str, str]]
    outcome_words: dict[str, str]


class ProvidersPayload(TypedDict):
    """The emulated APIs, and the address that serves them."""

    address: str
    providers: list[ProviderPayload]


class AnswerPayload(TypedDict):
    """The answer of an exchange."""

    headers: dict[str, str]
    body: str


class ExchangePayload(TypedDict):
    """A request and its answer: `path` if it came in; `url`, `delivery_id` and `error` if it went out."""

    number: int
    at: str
    sandbox_at: str
    direction: str
    provider: str | None
    method: str
    path: NotRequired[str]
    url: NotRequired[str]
    status: int | None
    took_ms: float
    case_id: int | None
    rule: str | None
    faults: list[str]
    advice: list[str]
    refused: str | None
    headers: dict[str, str]
    body: str | None
    answer: AnswerPayload
    delivery_id: NotRequired[str]
    error: NotRequired[str | None]
    needed: NotRequired[list[str]]


class RequestsPayload(TypedDict):
    """The exchanges that fit; `count` is "unknown", and `at_least` there, if one that might fit was evicted."""

    count: int | str
    at_least: NotRequired[int]
    evicted: int
    note: str
    requests: list[ExchangePayload]
