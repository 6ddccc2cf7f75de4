#!/bin/sh
# Open a case through an outage, let time pass, and check its webhook, with nothing but curl: nobody listens, so the
# emulator's inbox keeps what would have been sent. Run it with: sh examples/shell/onboarding.sh
set -eu

emulator=${CASE_EMULATOR_URL:-http://127.0.0.1:8642}
emulator=${emulator%/}
sandbox=${EXAMPLE_SANDBOX:-shell-example}
control=$emulator/_emulator/sandboxes/$sandbox

fail() {
    echo "Not as expected: $*" >&2
    exit 1
}

# send METHOD URL BODY [HEADER]: prints the answer, then its status on a line of its own
send() {
    curl -sS --noproxy '*' --request "$1" "$2" --header 'Content-Type: application/json' --header "${4:-Accept: */*}" \
        --data "$3" --write-out '\n%{http_code}\n' || fail "nothing answers at $emulator; start one with: case-emulator serve"
}

# expect TEXT ANSWER: the answer contains the text
expect() {
    printf '%s\n' "$2" | grep -qF -e "$1" || fail "there is no $1 in the answer: $2"
}

# A key that starts with test_ opens the sandbox of that name.
create_case() {
    send POST "$emulator/integrations/core/cases" '{
        "activity": {"name": "Onboarding of Jane Denied", "nature": "New customer", "external_id": "order-9282"},
        "client": {
            "name": "Jane Denied",
            "client_type": "individual",
            "clientable_attributes": {"firstname": "Jane", "lastname": "Denied"}
        }
    }' "X-Workflow-Access-Key: test_$sandbox"
}

emptied=$(send POST "$control/reset" '{}')
expect '"used": false' "$emptied"
expect '"delay": 2' "$(send PATCH "$control" '{"delay": 2}')"
expect '"mode": "frozen"' "$(send PATCH "$control/clock" '{"mode": "frozen"}')"
echo "Sandbox $sandbox of $emulator is empty, and its clock stands still."

expect '"kind": "status"' "$(send POST "$control/faults" '{"kind": "status", "provider": "aplyid", "status": 503, "times": 1}')"
refused=$(create_case)
[ "$(printf '%s\n' "$refused" | tail -n 1)" = 503 ] || fail "the planned outage did not come: $refused"
echo "APLYiD is down, as planned: 503."

created=$(create_case)
[ "$(printf '%s\n' "$created" | tail -n 1)" = 201 ] || fail "the case was not opened: $created"
case_id=$(printf '%s\n' "$created" | sed -n 's/.*"case_id":\([0-9]*\).*/\1/p')
expect '"status":"in_progress"' "$created"
echo "APLYiD opened case $case_id for Jane Denied: in_progress."

expect '"kind": "case_completed"' "$(send POST "$control/clock/advance" '{"seconds": 2}')"
webhook=$(curl -sS --noproxy '*' "$control/deliveries/wait?external_id=order-9282&timeout=5")
expect "\"case_id\": $case_id" "$webhook"
expect '"event": "case.completed"' "$webhook"
expect '\"approval_status\":\"denied\"' "$webhook" # that surname says how it ends
echo "Two seconds later its webhook is there: order-9282 is denied."

expect '"used": false' "$(send POST "$control/reset" '{}')"
echo "All as expected."
