"""The guesses about this API that a user may turn, and what recipes call by a word of this API."""

from collections.abc import Mapping

from emulator.web.extras import Switch

SWITCHES = (
    Switch(
        "activity-missing",
        ("documented", "activity", "must_exist"),
        "the end of the message when `activity` is missing: what the page prints, or another guess",
        breaks="Code that knows this refusal by its text.",
        holds="Decide by the status, and show the text to people.",
        recipe="""
            if answer.status_code == 400:  # whatever the text says
                raise Refused(answer.json()["message"])
        """,
    ),
    Switch(
        "join",
        ("sentence", "comma", "first"),
        "how several messages become one",
        breaks='Code that splits the message at " and ", to tell each field of its own.',
        holds="Show the message whole, and judge your fields yourself where each needs a text of its own.",
        recipe="""
            raise Refused(answer.json()["message"])  # whole, not split into fields
        """,
    ),
    Switch(
        "case-url",
        ("own", "real", "signed"),
        "whose address `case_url` names: this emulator's, the service's, or this emulator's with a signature",
        breaks="Code that takes the link apart, or demands the address that it asked.",
        holds="Store the link as it came, in a column that is long enough, and hand it on unread.",
        recipe="""
            order.link = answer.json()["case_url"]  # any address, any query
        """,
    ),
)
RECIPE_WORDS: Mapping[str, str] = {
    "event": 'request.headers["X-Workflow-Webhook-Id"]',
    "type": 'request.headers["X-Workflow-Event-Type"]',
    "completed": "case.completed",
    "header": "x-workflow-webhook-id",
    "reference": 'body["external_id"]',
    "case_id": 'body["case_id"]',
    "outcome": 'body["client"]["approval_status"]',
    "wanted": 'external_id="order-1"',
    "ours": 'activity={"external_id": "order-1"}',
    "answered_id": 'answer["case_id"]',
    "created_id": 'case["case_id"]',
    "refused": "422",
    "reason": 'answer.json()["message"]',
    "invalid": '{"client": {}}',
    "words": "can't be blank",
    "mary": 'client={"external_id": "mary"}',
    "jo": 'client={"external_id": "jo"}',
    "client_id": '["client"]["id"]',
    "wrong_key": 'access_key="wrong"',
}
