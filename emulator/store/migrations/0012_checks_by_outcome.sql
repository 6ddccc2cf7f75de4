-- Lists of checks by outcome begin where this index has what they ask for.
CREATE INDEX checks_by_outcome ON checks (sandbox, provider, (coalesce(outcome, '')), id);
