"""Open a case and read a refusal with the client that openapi-python-client made of APLYiD's document."""

import json
import sys

from aplyid_client import AuthenticatedClient
from aplyid_client.api.default import create_case
from aplyid_client.models import ActivityIn, AnyClientIn, AnyClientInClientType, NewCaseIn, PersonIn

url, key = sys.argv[1:]
http = AuthenticatedClient(
    url, key, prefix="", auth_header_name="X-Workflow-Access-Key", raise_on_unexpected_status=True
)
activity = ActivityIn(name="Onboarding", nature="New customer", external_id="order-1")
person = PersonIn(firstname="John", lastname="Doe")
client = AnyClientIn(name="John Doe", client_type=AnyClientInClientType.INDIVIDUAL, clientable_attributes=person)

created = create_case.sync(client=http, body=NewCaseIn(activity, client))
activity.name = ""
refused = create_case.sync_detailed(client=http, body=NewCaseIn(activity, client))

told = [created.case_id, created.status, created.client.approval_status, refused.status_code, refused.parsed.message]
print(json.dumps(told))  # noqa: T201 - the test reads it
