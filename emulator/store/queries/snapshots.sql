-- name: dump_counters
-- The next free ids of a sandbox.
SELECT provider, kind, next FROM counters WHERE sandbox = :sandbox ORDER BY provider, kind;

-- name: load_counters*!
-- Write these rows back.
INSERT INTO counters (sandbox, provider, kind, next) VALUES (:sandbox, :provider, :kind, :next);

-- name: dump_clients
-- The clients of a sandbox.
SELECT provider, id, external_id, reuse_key, name, kind, details, retention_days, created_at, updated_at FROM clients
WHERE sandbox = :sandbox ORDER BY provider, id;

-- name: load_clients*!
-- Write these rows back.
INSERT INTO clients (
    sandbox, provider, id, external_id, reuse_key, name, kind, details, retention_days, created_at, updated_at
) VALUES (
    :sandbox, :provider, :id, :external_id, :reuse_key, :name, :kind, :details, :retention_days, :created_at,
    :updated_at
);

-- name: dump_documents
-- The documents of a sandbox.
SELECT
    provider, id, name, media_type, size, digest, case_id, check_id, client_id, retention_days, created_at, updated_at,
    expires_at
FROM documents
WHERE sandbox = :sandbox ORDER BY provider, id;

-- name: load_documents*!
-- Write these rows back.
INSERT INTO documents (
    sandbox, provider, id, name, media_type, size, digest, case_id, check_id, client_id, retention_days, created_at,
    updated_at, expires_at
) VALUES (
    :sandbox, :provider, :id, :name, :media_type, :size, :digest, :case_id, :check_id, :client_id, :retention_days,
    :created_at, :updated_at, :expires_at
);

-- name: dump_cases
-- The cases of a sandbox.
SELECT
    provider, id, client_id, external_id, state, outcome, risk_score, rule, ending, planned_risk, webhook_url,
    retention_days, details, has_checks, created_at, updated_at, due_at, finish_at, expires_at, revision, archived_at,
    replaces, unique_key, started_at, takes
FROM cases
WHERE sandbox = :sandbox ORDER BY provider, id;

-- name: load_cases*!
-- Write these rows back.
INSERT INTO cases (
    sandbox, provider, id, client_id, external_id, state, outcome, risk_score, rule, ending, planned_risk, webhook_url,
    retention_days, details, has_checks, created_at, updated_at, due_at, finish_at, expires_at, revision, archived_at,
    replaces, unique_key, started_at, takes
) VALUES (
    :sandbox, :provider, :id, :client_id, :external_id, :state, :outcome, :risk_score, :rule, :ending, :planned_risk,
    :webhook_url, :retention_days, :details, :has_checks, :created_at, :updated_at, :due_at, :finish_at, :expires_at,
    :revision, :archived_at, :replaces, :unique_key, :started_at, :takes
);

-- name: dump_checks
-- The checks of a sandbox.
SELECT
    provider, id, case_id, kind, details, state, outcome, risk_score, title, note, reasoning, retention_days,
    created_at, updated_at, expires_at
FROM checks
WHERE sandbox = :sandbox ORDER BY provider, id;

-- name: load_checks*!
-- Write these rows back.
INSERT INTO checks (
    sandbox, provider, id, case_id, kind, details, state, outcome, risk_score, title, note, reasoning, retention_days,
    created_at, updated_at, expires_at
) VALUES (
    :sandbox, :provider, :id, :case_id, :kind, :details, :state, :outcome, :risk_score, :title, :note, :reasoning,
    :retention_days, :created_at, :updated_at, :expires_at
);

-- name: recount!
-- Count the cases and checks of a sandbox anew, after they were written back.
UPDATE counters SET held = CASE kind
    WHEN 'case' THEN (
        SELECT count(*) FROM cases AS c WHERE c.sandbox = :sandbox AND c.provider = counters.provider
    )
    WHEN 'check' THEN (
        SELECT count(*) FROM checks AS k WHERE k.sandbox = :sandbox AND k.provider = counters.provider
    )
    ELSE held
END
WHERE sandbox = :sandbox;

-- name: dump_deliveries
-- The deliveries of a sandbox; one in flight becomes due again when it is restored.
SELECT
    id, provider, case_id, event, url, target, headers, body,
    CASE state WHEN 'in_flight' THEN 'scheduled' ELSE state END AS state,
    reason, attempts, created_at, due_at, faults, slowly, held, position
FROM deliveries
WHERE sandbox = :sandbox ORDER BY position, created_at, id;

-- name: load_deliveries*!
-- Write these rows back.
INSERT INTO deliveries (
    sandbox, id, provider, case_id, event, url, target, headers, body, state, reason, attempts, created_at, due_at,
    faults, slowly, held, position
) VALUES (
    :sandbox, :id, :provider, :case_id, :event, :url, :target, :headers, :body, :state, :reason, :attempts,
    :created_at, :due_at, :faults, :slowly, :held, :position
);

-- name: dump_attempts
-- The attempts of a sandbox.
SELECT delivery_id, number, ended_at, took, status, error, answer, answer_headers FROM attempts
WHERE sandbox = :sandbox ORDER BY delivery_id, number;

-- name: load_attempts*!
-- Write these rows back.
INSERT INTO attempts (sandbox, delivery_id, number, ended_at, took, status, error, answer, answer_headers)
VALUES (:sandbox, :delivery_id, :number, :ended_at, :took, :status, :error, :answer, :answer_headers);

-- name: count_orphans$
-- The number of orphans in a sandbox: cases without their client, deliveries and checks without their case.
SELECT
    (
        SELECT count(*) FROM cases AS c
        WHERE c.sandbox = :sandbox AND NOT EXISTS (
            SELECT 1 FROM clients AS l
            WHERE l.sandbox = c.sandbox AND l.provider = c.provider AND l.id = c.client_id
        )
    ) + (
        SELECT count(*) FROM deliveries AS d
        WHERE d.sandbox = :sandbox AND NOT EXISTS (
            SELECT 1 FROM cases AS c
            WHERE c.sandbox = d.sandbox AND c.provider = d.provider AND c.id = d.case_id
        )
    ) + (
        SELECT count(*) FROM checks AS k
        WHERE k.sandbox = :sandbox AND NOT EXISTS (
            SELECT 1 FROM cases AS c
            WHERE c.sandbox = k.sandbox AND c.provider = k.provider AND c.id = k.case_id
        )
    );

-- name: all_cases
-- Every case of a sandbox with its client, expired or not.
SELECT
    c.sandbox, c.provider, c.id, c.external_id, c.state, c.webhook_url, c.retention_days, c.details,
    c.created_at, c.updated_at, c.due_at, c.finish_at, c.outcome, c.risk_score, c.rule, c.ending, c.planned_risk,
    c.has_checks, c.revision, c.archived_at, c.replaces, c.started_at, c.takes,
    l.id, l.external_id, l.name, l.kind, l.details, l.retention_days, l.created_at, l.updated_at
FROM cases AS c
JOIN clients AS l ON l.sandbox = c.sandbox AND l.provider = c.provider AND l.id = c.client_id
WHERE c.sandbox = :sandbox;

-- name: all_deliveries
-- Every delivery of a sandbox.
SELECT
    sandbox, id, provider, case_id, event, url, headers, body, state, created_at, due_at, attempts, reason,
    faults, slowly, held
FROM deliveries
WHERE sandbox = :sandbox;
