-- What stands around a case. Clients, checks and documents are deleted after a number of days (null: never), too.
ALTER TABLE clients ADD COLUMN retention_days INTEGER;

-- An archived case is final; it was started again as a new case, which names the one it replaces: one at most.
ALTER TABLE cases ADD COLUMN archived_at BIGINT;
ALTER TABLE cases ADD COLUMN replaces BIGINT;
ALTER TABLE cases ADD COLUMN revision INTEGER NOT NULL DEFAULT 0; -- how often a check was added since it was opened
CREATE UNIQUE INDEX cases_replacing ON cases (sandbox, provider, replaces) WHERE replaces IS NOT NULL;
CREATE INDEX cases_archived ON cases (sandbox, provider, archived_at) WHERE archived_at IS NOT NULL;
CREATE INDEX cases_expiring ON cases (sandbox, provider, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX cases_of_client ON cases (sandbox, provider, client_id);

-- How many rows there are of each kind, because counting a hundred thousand takes longer than listing a page of them.
ALTER TABLE counters ADD COLUMN held BIGINT NOT NULL DEFAULT 0;
UPDATE counters SET held = CASE kind
    WHEN 'case' THEN (
        SELECT count(*) FROM cases AS c WHERE c.sandbox = counters.sandbox AND c.provider = counters.provider
    )
    WHEN 'check' THEN (
        SELECT count(*) FROM checks AS k WHERE k.sandbox = counters.sandbox AND k.provider = counters.provider
    )
    ELSE 0
END;

-- A document is kept by name, media type, size and digest, never by its bytes.
ALTER TABLE documents ADD COLUMN name TEXT NOT NULL DEFAULT 'sample.pdf';
ALTER TABLE documents ADD COLUMN media_type TEXT NOT NULL DEFAULT 'application/pdf';
ALTER TABLE documents ADD COLUMN size BIGINT NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN digest TEXT NOT NULL DEFAULT ''; -- SHA-256, as hexadecimal digits
ALTER TABLE documents ADD COLUMN case_id BIGINT;
ALTER TABLE documents ADD COLUMN check_id BIGINT;
ALTER TABLE documents ADD COLUMN client_id BIGINT;
ALTER TABLE documents ADD COLUMN retention_days INTEGER;
ALTER TABLE documents ADD COLUMN updated_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE documents ADD COLUMN expires_at BIGINT;
UPDATE documents SET updated_at = created_at;
CREATE INDEX documents_of_case ON documents (sandbox, provider, case_id) WHERE case_id IS NOT NULL;
CREATE INDEX documents_of_check ON documents (sandbox, provider, check_id) WHERE check_id IS NOT NULL;
CREATE INDEX documents_at_once ON documents (sandbox, provider) WHERE retention_days = 0 AND expires_at IS NULL;

-- A check may have no kind, which SQLite can only say of a new table.
CREATE TABLE checks_anew (
    sandbox TEXT NOT NULL REFERENCES sandboxes (name) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    id BIGINT NOT NULL,
    case_id BIGINT NOT NULL,
    kind TEXT,
    details TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT,
    risk_score DOUBLE PRECISION,
    title TEXT,
    note TEXT,
    reasoning TEXT,
    retention_days INTEGER,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT,
    PRIMARY KEY (sandbox, provider, id)
);
INSERT INTO checks_anew (
    sandbox, provider, id, case_id, kind, details, state, outcome, risk_score, title, note, reasoning, created_at,
    updated_at
)
SELECT
    sandbox, provider, id, case_id, kind, details, state, outcome, risk_score, title, note, reasoning, created_at,
    updated_at
FROM checks;
DROP TABLE checks;
ALTER TABLE checks_anew RENAME TO checks;
CREATE INDEX checks_of_case ON checks (sandbox, provider, case_id);
CREATE INDEX checks_expiring ON checks (sandbox, provider, expires_at) WHERE expires_at IS NOT NULL;
