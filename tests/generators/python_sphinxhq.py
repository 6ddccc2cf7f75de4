"""Open and read a case of each generation with the client that openapi-python-client made of Sphinx's document."""

import json
import sys
from uuid import UUID

from sphinxhq_client import AuthenticatedClient, Client
from sphinxhq_client.api.default import create_case, issue_token, list_cases, read_case, update_case
from sphinxhq_client.models import (
    CaseChangeIn,
    CheckIn,
    CheckInCheckType,
    CurrentCaseIn,
    CurrentCustomerIn,
    CustomerIn,
    NewCaseIn,
    TokenIn,
    TokenInGrantType,
)

url, key = sys.argv[1:]
http = Client(url, cookies={"sessionid": key}, raise_on_unexpected_status=True)
checks = [CheckIn(check_type=CheckInCheckType.PEP)]

created = create_case.sync(client=http, body=NewCaseIn(customer=CustomerIn(full_name="Mary Chen"), checks=checks))
read = read_case.sync(created.id, client=http)
listed = list_cases.sync(client=http)
refused = create_case.sync_detailed(client=http, body=NewCaseIn(customer=CustomerIn(full_name="")))

assert read.to_dict() == created.to_dict() == listed.results[0].to_dict()
told = [created.id, created.status, created.checks[0].check_type, created.customer.full_name, created.created_at.year]
token = issue_token.sync(
    client=http,
    body=TokenIn(client_id=UUID(int=1), client_secret=key, grant_type=TokenInGrantType.CLIENT_CREDENTIALS),
)
newer = AuthenticatedClient(url, token.access_token, raise_on_unexpected_status=True)
current = create_case.sync(
    client=newer, body=CurrentCaseIn(customer=CurrentCustomerIn(full_name="Ada Byron"), external_id="order-1")
)
changed = update_case.sync(current.id, client=newer, body=CaseChangeIn(webhook_url=None))
assert (type(current).__name__, changed.external_id, current.is_complete) == ("CurrentCaseOut", "order-1", False)
print(json.dumps([*told, refused.status_code, refused.parsed.to_dict()]))  # noqa: T201 - the test reads it
