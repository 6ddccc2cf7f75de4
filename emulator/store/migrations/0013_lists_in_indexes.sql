-- What lists of checks by kind or risk compare, and those of cases by reference, stands in the indexes that they walk.
DROP INDEX checks_by_outcome;
CREATE INDEX checks_by_outcome ON checks (sandbox, provider, (coalesce(outcome, '')), id, kind, risk_score);
DROP INDEX cases_by_outcome;
CREATE INDEX cases_by_outcome ON cases (
    sandbox, provider, (coalesce(outcome, '')), (CASE WHEN coalesce(webhook_url, '') = '' THEN 0 ELSE 1 END), id,
    external_id
);
