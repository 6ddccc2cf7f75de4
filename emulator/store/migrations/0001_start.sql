-- Times are microseconds since 1970 in UTC. JSON is text that only the provider reads.

CREATE TABLE sandboxes (
    name TEXT PRIMARY KEY,
    created_at BIGINT NOT NULL
);

-- Ids count per sandbox, provider and kind, so that a test sees the same ids however many others run beside it.
CREATE TABLE counters (
    sandbox TEXT NOT NULL REFERENCES sandboxes (name) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    kind TEXT NOT NULL,
    next BIGINT NOT NULL,
    PRIMARY KEY (sandbox, provider, kind)
);

CREATE TABLE clients (
    sandbox TEXT NOT NULL REFERENCES sandboxes (name) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    id BIGINT NOT NULL,
    external_id TEXT,
    reuse_key TEXT, -- the external id if it is not blank: equal keys name one client
    name TEXT NOT NULL,
    kind TEXT,
    details TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (sandbox, provider, id),
    UNIQUE (sandbox, provider, reuse_key)
);

CREATE TABLE documents (
    sandbox TEXT NOT NULL REFERENCES sandboxes (name) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (sandbox, provider, id)
);

CREATE TABLE cases (
    sandbox TEXT NOT NULL REFERENCES sandboxes (name) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    id BIGINT NOT NULL,
    client_id BIGINT NOT NULL,
    external_id TEXT,
    state TEXT NOT NULL,
    outcome TEXT,
    risk_score DOUBLE PRECISION,
    rule TEXT NOT NULL, -- the outcome rule that decided it when it was opened
    ending TEXT NOT NULL, -- the outcome it will have, or failed
    webhook_url TEXT,
    retention_days INTEGER,
    details TEXT NOT NULL,
    has_checks INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    due_at BIGINT, -- when its next step is due
    finish_at BIGINT, -- when it is to end
    expires_at BIGINT, -- from then on it is hidden, as if it had never existed
    PRIMARY KEY (sandbox, provider, id)
);
CREATE INDEX cases_due ON cases (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE checks (
    sandbox TEXT NOT NULL REFERENCES sandboxes (name) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    id BIGINT NOT NULL,
    case_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    details TEXT NOT NULL,
    state TEXT NOT NULL,
    outcome TEXT,
    risk_score DOUBLE PRECISION,
    title TEXT,
    note TEXT,
    reasoning TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (sandbox, provider, id)
);
CREATE INDEX checks_of_case ON checks (sandbox, provider, case_id);

CREATE TABLE deliveries (
    sandbox TEXT NOT NULL REFERENCES sandboxes (name) ON DELETE CASCADE,
    id TEXT NOT NULL,
    provider TEXT NOT NULL,
    case_id BIGINT NOT NULL,
    event TEXT NOT NULL,
    url TEXT,
    target TEXT, -- host and port: the attempts at the same time are bounded for each
    headers TEXT NOT NULL,
    body BLOB NOT NULL, -- as rendered when the case ended; it never changes
    state TEXT NOT NULL,
    reason TEXT,
    attempts INTEGER NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT,
    lease_owner TEXT,
    lease_until BIGINT,
    PRIMARY KEY (sandbox, id)
);
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'scheduled';
CREATE INDEX deliveries_leased ON deliveries (lease_until) WHERE state = 'in_flight';
CREATE INDEX deliveries_kept ON deliveries (sandbox, created_at) WHERE state IN ('inbox', 'blocked');

CREATE TABLE attempts (
    sandbox TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    ended_at BIGINT NOT NULL,
    took BIGINT NOT NULL, -- microseconds
    status INTEGER,
    error TEXT,
    answer BLOB NOT NULL, -- at most the first 4 KiB
    PRIMARY KEY (sandbox, delivery_id, number),
    FOREIGN KEY (sandbox, delivery_id) REFERENCES deliveries (sandbox, id) ON DELETE CASCADE
);
