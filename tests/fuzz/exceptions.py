"""What schemathesis may find and is right all the same, each with its reason; anything else it finds is a fault."""

import re
from dataclasses import dataclass

ACCEPTED = "RejectedPositiveData"  # the class of a failure: what the document allows was refused
REFUSED = "AcceptedNegativeData"  # what the document forbids was accepted
VERBS = "UnsupportedMethodResponse"


@dataclass(frozen=True)
class Exemption:
    """One kind of finding that is no fault."""

    operation: str  # a pattern of the whole label, like "POST /api/cases/"
    failure: str  # the class of the failure, as schemathesis names it
    finding: str  # a pattern that is searched in the failure's message
    answer: str  # a pattern that is searched in the answer's body
    reason: str
    url: str = ""  # a pattern that is searched in what was asked

    def covers(self, operation: str, failure: str, finding: str, answer: str, url: str) -> bool:
        """Whether it is about this finding."""
        return (
            failure == self.failure
            and re.search(self.url, url) is not None
            and re.fullmatch(self.operation, operation) is not None
            and re.search(self.finding, finding) is not None
            and re.search(self.answer, answer) is not None
        )


APLYID, BOX = r"\w+ /integrations/core/cases", r"/_emulator/sandboxes/\{name\}"
SPHINXHQ = (
    r"(POST /api/(cases|checks|customers|customers/update|documents|oauth/token)/"
    r"|POST /api/cases/\{id\}/start/|PATCH /api/(cases/\{id\}|customers/update)/)"
)
# Values of another type, which schemathesis words in many ways; a rule that a value breaks is named, and is a fault.
RULES = "pattern|[Ll]ength|enum|[Rr]equired|[Mm]inimum|[Mm]aximum|[Ii]tems"
CAST = f"in body(?!.*({RULES}))"
FILTERS = "`(page|page_size|has_webhook|customer_id|case_id|check_type|outcome|min_risk_score|max_risk_score)`"
LENIENT = "`(page_size|has_webhook)`"
UNPROCESSABLE = '"status": 422, "detail": '
EXEMPTIONS = (
    Exemption(APLYID, VERBS, "returned 404", "^$", "Rails answers 404 to a verb that no route has"),
    Exemption(
        APLYID, VERBS, "QUERY .*`Allow`", "^$", "Rails answers 405 without Allow to a verb that it does not know"
    ),
    Exemption(
        APLYID,
        REFUSED,
        "Invalid component: (in body - )?client",
        '"external_id":"cust-4471"',
        "the client of a known external_id is reused, and its details are ignored (documented); this one was opened "
        "by the example",
    ),
    Exemption(
        APLYID,
        REFUSED,
        CAST,
        '"case_id":',
        "the framework casts, and takes what has another type than the page says for not sent; the document says so",
    ),
    Exemption(
        APLYID,
        REFUSED,
        "in body - .*clientable_attributes",
        '"case_id":',
        "those of a client that is no individual are not looked at",
    ),
    Exemption(
        APLYID,
        REFUSED,
        "in body - .*date_of_birth",
        '"case_id":',
        "the framework stores null for what is no date, and refuses none; X-Emulator-Advice tells of it",
    ),
    Exemption(APLYID, ACCEPTED, "", "Clientable must exist", "whether the client of an external_id is known depends"),
    Exemption(
        SPHINXHQ,
        REFUSED,
        CAST,
        '"(customer|full_name|access_token)":',
        "the framework takes a number where a text is meant and the other way round; the document says so",
    ),
    Exemption(
        SPHINXHQ,
        ACCEPTED,
        "",
        "object does not exist|Documents not found|must be unique|no more than 100 checks|Object with slug=",
        "what exists depends on what was sent",
    ),
    Exemption(
        r"POST /api/cases/\{id\}/start/",
        REFUSED,
        "parameter `allow_restart` in query",
        '"action_taken":',
        "the framework takes several words for true, and the query counts only where the body says nothing",
    ),
    Exemption(
        r"POST /api/cases/\{id\}/start/",
        ACCEPTED,
        "",
        "needs at least one check",
        "whether the case has a check depends on what was sent",
    ),
    Exemption(
        SPHINXHQ,
        REFUSED,
        "sync_platforms -> Array with invalid items: (id|domain): Incorrect type$",
        '"(customer|full_name)":',
        "the framework takes a number where a text is meant, in a list as well",
    ),
    Exemption(
        "POST /api/documents/",
        ACCEPTED,
        "",
        "a valid file|file is empty",
        "no schema says what Base64 is",
    ),
    Exemption(
        SPHINXHQ,
        ACCEPTED,
        "",
        r'"(input_details|metadata)":\["(Null|Surrogate) characters',
        "no schema says that NUL is refused at any depth of any JSON",
    ),
    Exemption(
        "GET /api/(cases|checks)/",
        REFUSED,
        f"parameters? {LENIENT}(, {FILTERS})* in query",
        '"results":',
        "the framework ignores a size or a has_webhook that it cannot read",
    ),
    Exemption(
        "GET /api/(cases|checks)/",
        REFUSED,
        f"parameters? {FILTERS}(, {FILTERS})* in query",
        '"results":',
        "the framework ignores a filter or a page that is empty, and of one that is given twice all but the last",
        url=r"[?&](\w+)=([&#]|$)|[?&](\w+)=.*&\3=",
    ),
    Exemption(
        r"GET /api/cases/\{id\}/",
        "EnsureResourceAvailability",
        "",
        "Not found",
        "a case that was created with delete_after 0 is gone as soon as its webhook is settled",
    ),
    Exemption(
        f"GET {BOX}/(deliveries|inbox)/wait",
        ACCEPTED,
        "",
        '"status": (408|409)',
        "408 tells that none came and 409 that one did, which is why it is asked",
    ),
    Exemption(
        f"POST {BOX}/cases/.*/complete",
        ACCEPTED,
        "",
        UNPROCESSABLE,
        "the provider in the path decides which of the bodies is meant, which no schema can say",
    ),
    Exemption(f"POST {BOX}/restore", ACCEPTED, "", UNPROCESSABLE, "a snapshot is taken, not written by hand"),
    Exemption(f"POST {BOX}/faults", ACCEPTED, "", "up_to: not less than seconds", "one value is compared with another"),
    Exemption(
        f"POST {BOX}/faults",
        ACCEPTED,
        "",
        "path: early triggers before",
        "told by the answer; one kind of a dozen has it",
    ),
    Exemption(
        f"POST {BOX}/(outcomes|samples)/.*",
        ACCEPTED,
        "",
        "is no outcome of",
        "a provider's word is that provider's only",
    ),
    Exemption(
        f"(GET|POST) {BOX}/samples/.*",
        ACCEPTED,
        "",
        "operation: no sample of|is about a case, and there is none yet",
        "an operation is of one provider, and may need a case",
    ),
    Exemption(
        f"POST {BOX}/webhook-test",
        ACCEPTED,
        "",
        "none is set for this sandbox",
        "which receiver is meant without a URL depends on the sandbox",
    ),
    Exemption(
        f"POST {BOX}/clock/advance",
        ACCEPTED,
        "",
        "a hundred years at most|the clock",
        "a sum, and where the clock stands, are compared with a bound",
    ),
    Exemption(
        rf"(PATCH|POST) (/_emulator/sandboxes(/\{{name\}})?|{BOX}/(webhook-test|deliveries/.*/send-on))",
        ACCEPTED,
        "",
        "url: ",
        "what can be dialled is more than a pattern tells",
    ),
)


def is_exempt(operation: str, failure: str, finding: str, answer: str, url: str = "") -> bool:
    """Whether a finding is no fault."""
    return any(exemption.covers(operation, failure, finding, answer, url) for exemption in EXEMPTIONS)
