"""Open and read a case, and read a refusal, with the client that openapi-python-client made of Sphinx's document."""

import json
import sys

from sphinxhq_client import Client
from sphinxhq_client.api.default import create_case, list_cases, read_case
from sphinxhq_client.models import CheckIn, CheckInCheckType, CustomerIn, NewCaseIn

url, key = sys.argv[1:]
http = Client(url, cookies={"sessionid": key}, raise_on_unexpected_status=True)
checks = [CheckIn(check_type=CheckInCheckType.PEP)]

created = create_case.sync(client=http, body=NewCaseIn(customer=CustomerIn(full_name="Mary Chen"), checks=checks))
read = read_case.sync(created.id, client=http)
listed = list_cases.sync(client=http)
refused = create_case.sync_detailed(client=http, body=NewCaseIn(customer=CustomerIn(full_name="")))

assert read.to_dict() == created.to_dict() == listed.results[0].to_dict()
told = [created.id, created.status, created.checks[0].check_type, created.customer.full_name, created.created_at.year]
print(json.dumps([*told, refused.status_code, refused.parsed.to_dict()]))  # noqa: T201 - the test reads it
