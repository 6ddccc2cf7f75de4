"""The guided flow: the pages that `case_url` leads to, and what a request says about the applicant."""

import json
from collections.abc import Mapping

from emulator.core.model import Case
from emulator.core.randomness import SeededRandom
from emulator.providers.aplyid.responses import FLOW_OFFSET, FLOW_PATH, flow_id
from emulator.providers.aplyid.samples import MARKET
from emulator.providers.aplyid.schemas import APPROVALS
from emulator.web.extras import Applicant, Flow, Owner

ADDRESS = ("address_line_1", "address_line_2", "suburb", "state", "postcode", "country_code")


# How the owners above 25 % of a company may share it; the rest belongs to smaller ones.
SHARES = ((100,), (60, 40), (50, 50), (55, 30), (40, 35), (34, 33, 33))


def applicant(case: Case, random: SeededRandom) -> Applicant:
    """Return the applicant from client and activity of the case; a reused client is the stored one."""
    activity, client = json.loads(case.details), json.loads(case.client.details)
    person = client.get("clientable_attributes") or {}
    address = activity.get("address_attributes") or {}
    return Applicant(
        name=case.client.name,
        is_business=case.client.kind != "individual",
        first_name=person.get("firstname") or "",
        last_name=person.get("lastname") or "",
        born_on=person.get("date_of_birth") or "",
        email=client.get("email") or "",
        phone=_phone(client.get("contact_phone_attributes") or {}),
        address=tuple(str(address[name]) for name in ADDRESS if address.get(name)),
        purpose=activity.get("nature") or "",
        owners=_owners(random) if case.client.kind == "company" else (),
    )


def _owners(random: SeededRandom) -> tuple[Owner, ...]:
    """Return made-up owners in place of those that the service looks up in the register of companies."""
    shares = random.pick("shares", SHARES)
    return tuple(Owner(random.person(f"owner {n}", MARKET).name, percent) for n, percent in enumerate(shares))


def _phone(phone: Mapping[str, str]) -> str:
    return f"+{phone['phone_country_code'].removeprefix('+')} {phone['phone_number']}" if phone else ""


FLOW = Flow(
    path=f"{FLOW_PATH}/<number>",
    result=f"{FLOW_PATH}/<number>/overview",
    number_of=flow_id,
    case_id_of=lambda number: number - FLOW_OFFSET,
    applicant=applicant,
    words=APPROVALS,
    signed_by=("case-url", "signed"),
)
