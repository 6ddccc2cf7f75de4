"""Sample requests: the service's own printed example, or one drawn by chance."""

import json
from importlib.resources import files

from emulator.core.countries import COUNTRIES
from emulator.core.randomness import SeededRandom
from emulator.core.sample_people import Person
from emulator.web.extras import Sample, Samples

PATH = "/integrations/core/cases"
# The service's customers are estate agents, conveyancers and lawyers of Australia.
MARKET = tuple(country for country in COUNTRIES if country.code == "AUS")
# What a case may be about: the activity's name, its nature, and the highest values that fit.
ACTIVITIES = (
    ("Onboarding", "New customer onboarding", (50_000, 250_000)),
    ("Onboarding", "Sale of a residential property", (650_000, 850_000, 1_250_000)),
    ("Onboarding", "Management of a rental property", (30_000, 45_000)),
    ("Settlement", "Purchase of a residential property", (650_000, 850_000, 1_250_000)),
    ("Settlement", "Purchase of a commercial property", (1_250_000, 3_400_000)),
    ("Review", "Annual review of a client", (50_000, 250_000)),
)
NUMBERS = range(1000, 1_000_000)


class AplyidSamples:
    """Create Case requests: the service's own example, or one drawn by chance."""

    operations: tuple[str, ...] = ("create_case",)
    on_cases: tuple[str, ...] = ()
    current: Samples | None = None

    def key_of(self, sandbox: str) -> tuple[str, str]:
        """Return the header that opens a sandbox."""
        return "X-Workflow-Access-Key", f"test_{sandbox}"

    def curl(self, address: str, sandbox: str) -> str:
        """Return the printed curl example with this emulator's address and key."""
        exchange = json.loads(files("emulator.fixtures.aplyid").joinpath("create_case.json").read_text("utf-8"))
        body = json.dumps(exchange["request"]["body"], ensure_ascii=False).replace("'", r"'\''")
        return (
            f"curl -sS -X POST {address}{PATH} -H 'Content-Type: application/json' "
            f"-H '{': '.join(self.key_of(sandbox))}' -d '{body}'"
        )

    def draw(self, random: SeededRandom, sandbox: str, operation: str | None = None, case_id: int = 1) -> Sample:
        """Return a request with a new individual or company and every documented detail."""
        person = random.person("client", MARKET)
        kind = random.pick("client_type", ("individual", "individual", "company"))
        client = {
            "name": person.company if kind == "company" else person.name,
            "email": person.email,
            "external_id": f"cust-{random.pick('client external_id', NUMBERS)}",
            "client_type": kind,
            **({} if kind == "company" else {"clientable_attributes": _person(person)}),
            "contact_phone_attributes": {"phone_number": person.phone, "phone_country_code": person.calling_code},
        }
        return Sample(
            path=PATH,
            headers=dict([("Content-Type", "application/json"), self.key_of(sandbox)]),
            body={"activity": _activity(random, person), "client": client},
        )


def _activity(random: SeededRandom, person: Person) -> dict[str, object]:
    name, nature, values = random.pick("activity", ACTIVITIES)
    return {
        "name": name,
        "nature": nature,
        "max_transaction_value": random.pick("max_transaction_value", values),
        "external_id": f"order-{random.pick('activity external_id', NUMBERS)}",
        "address_attributes": {
            "country_code": person.address.country,
            "address_line_1": person.address.line,
            "suburb": person.address.city,
            "state": person.address.state,
            "postcode": person.address.postcode,
        },
    }


def _person(person: Person) -> dict[str, str]:
    return {
        "firstname": person.first_name,
        "lastname": person.last_name,
        "date_of_birth": person.born_on.isoformat(),
    }
