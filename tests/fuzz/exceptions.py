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

    def covers(self, operation: str, failure: str, finding: str, answer: str) -> bool:
        """Whether it is about this finding."""
        return (
            failure == self.failure
            and re.fullmatch(self.operation, operation) is not None
            and re.search(self.finding, finding) is not None
            and re.search(self.answer, answer) is not None
        )


APLYID, SPHINXHQ, BOX = r"\w+ /integrations/core/cases", r"POST /api/cases/", r"\w+ /_emulator/sandboxes/\{name\}"
EXEMPTIONS = (
    Exemption(APLYID, VERBS, "TRACE returned 404", "^$", "Rails answers 404 to a verb that no route has"),
    Exemption(APLYID, VERBS, "Allow", "^$", "Rails answers 405 without Allow to a verb that it does not know"),
    Exemption(
        APLYID,
        REFUSED,
        r"client|\bname\b|body",
        '"client":{"id":',
        "the client of a known external_id is reused, and its details are ignored (documented); and the framework "
        "casts: a number is taken where a text is meant, and an object of another type counts as not sent",
    ),
    Exemption(
        APLYID,
        ACCEPTED,
        "",
        "Email is invalid|is too long|can't be blank|is invalid",
        "white space is trimmed and patterns are Ruby's: what \\s, \\S and a character are differs a little",
    ),
    Exemption(
        SPHINXHQ,
        ACCEPTED,
        "",
        "object does not exist|Documents not found",
        "what must exist is a matter of what was sent before",
    ),
    Exemption(
        SPHINXHQ,
        ACCEPTED,
        "",
        "Null characters|Surrogate characters|may not be blank",
        "in input_details, which is any JSON, NUL is refused at any depth; blank is what Python trims",
    ),
    Exemption(
        r"\w+ /api/cases/.*",
        REFUSED,
        "",
        '"id":|"results":',
        "the framework casts: a number is taken where a text is meant and the other way round, and a filter that "
        "it cannot read is ignored (documented in the head of the document)",
    ),
    Exemption(
        f"GET {BOX[4:]}/(deliveries|inbox)/wait",
        ACCEPTED,
        "",
        '"status": (408|409)',
        "it tells by 408 that none came and by 409 that one came, which is why it is asked",
    ),
    Exemption(
        f"POST {BOX[4:]}/cases/.*/complete",
        ACCEPTED,
        "",
        '"status": 422',
        "the provider in the path decides which of the bodies is meant, which no schema can say",
    ),
    Exemption(
        f"POST {BOX[4:]}/restore", ACCEPTED, "", "nothing was restored|422", "a snapshot is taken, not written by hand"
    ),
    Exemption(
        f"POST {BOX[4:]}/faults", ACCEPTED, "", "up_to: not less than seconds", "one value is compared with another"
    ),
    Exemption(
        f"POST {BOX[4:]}/(outcomes|samples)/.*",
        ACCEPTED,
        "",
        "is no outcome of",
        "a provider's word is taken for that provider only",
    ),
)


def is_exempt(operation: str, failure: str, finding: str, answer: str) -> bool:
    """Whether a finding is no fault."""
    return any(exemption.covers(operation, failure, finding, answer) for exemption in EXEMPTIONS)
