# curl as a command; --next keeps the connection.
set -eu
json=Content-Type:application/json
key="X-Workflow-Access-Key: $2"
out='\n%{http_code}\n'
exec curl -sS -H "$json" -w "$out" -H "$key" --data-binary "@$3/aplyid.json" "$1/integrations/core/cases" \
    --next -sS -H "$json" -w "$out" -H "$key" --data-binary "@$3/refused.json" "$1/integrations/core/cases" \
    --next -sS -H "$json" -w "$out" -b "sessionid=$2" --data-binary "@$3/sphinxhq.json" "$1/api/cases/"
