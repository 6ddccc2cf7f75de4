"""The guesses about this API that a user may turn, and what recipes call by a word of this API."""

from collections.abc import Mapping

from emulator.providers.sphinxhq.current_switches import CURRENT_SWITCHES
from emulator.web.extras import Switch

SWITCHES = (
    Switch(
        "unauthorized",
        ("401", "403"),
        "the status without a valid session",
        breaks="Code that knows one of the two, and takes the other for an outage that it tries again.",
        holds="Take both for a credential that is not known.",
        recipe="""
            if answer.status_code in (401, 403):
                raise NotAllowed
        """,
    ),
    Switch(
        "check-errors",
        ("list", "dict"),
        "the shape of errors inside `checks`",
        breaks="Code that walks the errors by position, or by key.",
        holds="Read either, or show the whole JSON to people.",
        recipe="""
            problems = answer.json()["checks"]
            by_check = problems if isinstance(problems, dict) else dict(enumerate(problems))
        """,
    ),
    Switch(
        "fresh-outcome",
        ("PENDING", "null"),
        "the outcome of a case or check that is not decided yet",
        breaks="Code that calls methods of a text that is null, and columns that may not be.",
        holds="Look for the two decisions; anything else is none yet.",
        recipe="""
            decided = body["outcome"] in ("ACCEPTED", "REJECTED")  # neither PENDING nor null is
        """,
    ),
    Switch(
        "archived",
        ("readable", "hidden"),
        "whether a case that was started again can still be read",
        breaks="Code that keeps the old id after a restart, and reads by it.",
        holds="Store the id that a restart answers, and take a 404 of an older one for what it is.",
        recipe="""
            order.case_id = answer.json()["id"]  # of start; a new one where the case was replaced
        """,
    ),
    *CURRENT_SWITCHES,
    Switch(
        "customer-exists",
        ("refuse", "update"),
        "what Create Customer does with a known `external_id`",
        breaks="Code that creates a customer for each order and counts on a 400, or on none.",
        holds="Let the case name its customer by `external_id`, which finds or makes one; or take both answers.",
        recipe="""
            if answer.status_code in (200, 201):
                customer = answer.json()["id"]
            elif "external_id" in answer.json():  # it is known: cases name it by this reference
                customer = None
        """,
    ),
)
RECIPE_WORDS: Mapping[str, str] = {
    "event": '(body["id"], body["updated_at"])',
    "header": "content-type",
    "reference": 'body["customer"]["external_id"]',
    "case_id": 'body["id"]',
    "outcome": 'body["outcome"]',
    "has_ended": 'body["status"] == "COMPLETED"',
    "wanted": 'case_id=shop.case_id("order-1")',
    "ours": 'customer={"external_id": "order-1"}',
    "answered_id": 'answer["id"]',
    "created_id": 'case["id"]',
    "refused": "400",
    "reason": "json.dumps(answer.json())",
    "invalid": '{"customer": {}}',
    "words": "This field is required.",
    "mary": 'customer={"external_id": "mary"}',
    "jo": 'customer={"external_id": "jo"}',
    "client_id": '["customer"]["id"]',
    "wrong_key": 'session_id="wrong"',
    "change_recipe": """shop.relabel("order-1", shelf="B2")  # PATCH /api/cases/{id}/
assert shop.labels("order-1")["shelf"] == "B2"  # GET /api/cases/{id}/""",
    "outlived_recipe": """shop.screen("order-1")
before = shop.token
sandbox.clock.advance("2h")  # `expires_in` is an hour
shop.relabel("order-1", shelf="B2")
assert shop.token != before""",
    "token_recipe": """answer = requests.get(url, headers={"Authorization": f"Bearer {token}"})
if answer.status_code == 401:
    token = new_token()  # POST /api/oauth/token/
    answer = requests.get(url, headers={"Authorization": f"Bearer {token}"})""",
}
