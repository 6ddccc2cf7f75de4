-- Lists by outcome, or by whether there is a webhook, begin where this index has what they ask for.
CREATE INDEX cases_by_outcome ON cases (
    sandbox, provider, (coalesce(outcome, '')), (CASE WHEN coalesce(webhook_url, '') = '' THEN 0 ELSE 1 END), id
);
