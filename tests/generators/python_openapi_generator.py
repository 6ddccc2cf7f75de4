"""Do with the client that openapi-generator made of the current generation's document what its user would."""

import json
import sys

from sphinxhq_current_client import (
    ApiClient,
    CaseChangeIn,
    Configuration,
    CurrentCaseIn,
    CurrentCheckIn,
    CurrentCustomerIn,
    CurrentNewCheckIn,
    DefaultApi,
)

url, key = sys.argv[1:]
with ApiClient(Configuration(host=url, access_token=key)) as client:
    api = DefaultApi(client)
    customer = CurrentCustomerIn(full_name="Mary Chen")
    case = api.create_case(CurrentCaseIn(customer=customer, checks=[CurrentCheckIn(check_type="PEP")]))
    check = api.add_check(CurrentNewCheckIn(case_id=case.id, check_type="SANCTION"))
    changed = api.update_case(case.id, CaseChangeIn(metadata={"shelf": "B2"}))
    listed = api.list_cases(outcome="PENDING", page_size=5)
    started = api.start(case.id)

told = [case.id, check.case.id, changed.metadata, listed.count, listed.results[0].checks[1].check_type]
print(json.dumps([*told, started.action_taken]))  # noqa: T201 - the test reads it
