-- name: add_delivery!
-- Add a delivery, in the transaction that ends its case.
INSERT INTO deliveries (
    sandbox, id, provider, case_id, event, url, target, headers, body, state, reason, attempts, created_at, due_at,
    faults, slowly, held, position
) VALUES (
    :sandbox, :id, :provider, :case_id, :event, :url, :target, :headers, :body, :state, :reason, 0, :created_at,
    :due_at, :faults, :slowly, :held,
    (SELECT coalesce(max(position), 0) + 1 FROM deliveries WHERE sandbox = :sandbox)
);

-- name: due_deliveries
-- The deliveries that are due by wall time, without those to busy targets; with :waiting, only those to its targets.
SELECT
    d.sandbox, d.id, d.provider, d.case_id, d.event, d.url, d.headers, d.body, d.state, d.created_at, d.due_at,
    d.attempts, d.reason, d.faults, d.slowly, d.held
FROM deliveries AS d
JOIN sandboxes AS s ON s.name = d.sandbox
WHERE d.state = 'scheduled' AND d.due_at <= :now AND s.own_clock = 0 AND s.advancing = 0
    AND :busy NOT LIKE '%|' || coalesce(d.target, '') || '|%'
    AND (:waiting IS NULL OR :waiting LIKE '%|' || coalesce(d.target, '') || '|%')
ORDER BY d.due_at, d.position
LIMIT :limit {if_free};

-- name: sandboxes_due_by_own_clocks
-- The sandboxes with an own clock where a delivery is due, each with the time on its clock.
SELECT s.name, s.clock_at + (:now - s.clock_anchor) * s.clock_factor FROM sandboxes AS s
WHERE s.own_clock = 1 AND s.advancing = 0 AND EXISTS (
    SELECT 1 FROM deliveries AS d
    WHERE d.sandbox = s.name AND d.state = 'scheduled'
        AND d.due_at <= s.clock_at + (:now - s.clock_anchor) * s.clock_factor
);

-- name: due_deliveries_of
-- The same as due_deliveries for one sandbox, by its own clock.
SELECT
    d.sandbox, d.id, d.provider, d.case_id, d.event, d.url, d.headers, d.body, d.state, d.created_at, d.due_at,
    d.attempts, d.reason, d.faults, d.slowly, d.held
FROM deliveries AS d
WHERE d.sandbox = :sandbox AND d.state = 'scheduled' AND d.due_at <= :now
    AND :busy NOT LIKE '%|' || coalesce(d.target, '') || '|%'
    AND (:waiting IS NULL OR :waiting LIKE '%|' || coalesce(d.target, '') || '|%')
ORDER BY d.due_at, d.position
LIMIT :limit {if_free};

-- name: lease!
-- Begin an attempt: the delivery is leased to this owner, whoever held it before.
UPDATE deliveries SET
    state = 'in_flight', attempts = attempts + 1, held = 0, lease_owner = :owner, lease_until = {lease_clock} + :lease
WHERE sandbox = :sandbox AND id = :id;

-- name: release_ended_leases!
-- Make deliveries in flight due again whose lease has ended.
UPDATE deliveries SET state = 'scheduled', lease_owner = NULL, lease_until = NULL
WHERE state = 'in_flight' AND lease_until <= {lease_clock};

-- name: release_leases!
-- Make every delivery in flight due again that no other process holds.
UPDATE deliveries SET state = 'scheduled', lease_owner = NULL, lease_until = NULL
WHERE state = 'in_flight' {of_owner};

-- name: settle
-- Save the result of an attempt; return whether its case or a part of it is gone once settled; no row if the lease no
-- longer holds.
UPDATE deliveries SET
    state = :state, reason = :reason, due_at = :due_at, lease_owner = NULL, lease_until = NULL,
    position = CASE WHEN :state NOT IN ('inbox', 'blocked') THEN position
        ELSE (SELECT max(position) + 1 FROM deliveries WHERE sandbox = :sandbox) END
WHERE sandbox = :sandbox AND id = :id
    AND state = 'in_flight' AND lease_owner = :owner AND attempts = :attempts
RETURNING (
    SELECT
        c.retention_days = 0
        OR EXISTS (
            SELECT 1 FROM checks AS k
            WHERE k.sandbox = :sandbox AND k.provider = :provider AND k.case_id = :case_id AND k.retention_days = 0
        )
        OR EXISTS (
            SELECT 1 FROM documents AS d
            WHERE d.sandbox = :sandbox AND d.provider = :provider AND d.retention_days = 0 AND d.expires_at IS NULL
        )
    FROM cases AS c
    WHERE c.sandbox = :sandbox AND c.provider = :provider AND c.id = :case_id
);

-- name: add_attempt!
-- Add a record of an attempt.
INSERT INTO attempts (sandbox, delivery_id, number, ended_at, took, status, error, answer, answer_headers)
VALUES (:sandbox, :delivery_id, :number, :ended_at, :took, :status, :error, :answer, :answer_headers);

-- name: next_due$
-- When the next case or delivery is due by wall time, without deliveries to busy targets.
SELECT min(due_at) FROM (
    SELECT (
        SELECT c.due_at FROM cases AS c
        JOIN sandboxes AS s ON s.name = c.sandbox
        WHERE c.due_at IS NOT NULL AND s.own_clock = 0 AND s.advancing = 0
        ORDER BY c.due_at
        LIMIT 1
    ) AS due_at
    UNION ALL
    SELECT (
        SELECT d.due_at FROM deliveries AS d
        JOIN sandboxes AS s ON s.name = d.sandbox
        WHERE d.state = 'scheduled' AND s.own_clock = 0 AND s.advancing = 0
            AND :busy NOT LIKE '%|' || coalesce(d.target, '') || '|%'
        ORDER BY d.due_at
        LIMIT 1
    )
) AS dues;

-- name: next_due_of^
-- When the next case and the next delivery of one sandbox are due, by its own clock, and whether an attempt is in flight;
-- `|| ''` as in due_cases_of. In one query, or a delivery that is claimed in between would be neither.
SELECT
    (SELECT min(due_at) FROM cases WHERE sandbox || '' = :sandbox AND due_at IS NOT NULL),
    (SELECT min(due_at) FROM deliveries WHERE sandbox = :sandbox AND state = 'scheduled'),
    EXISTS (SELECT 1 FROM deliveries WHERE sandbox || '' = :sandbox AND state = 'in_flight' AND {is_leased});

-- name: next_expiry_of$
-- When the next case, check or document of one sandbox is deleted after :now, by its own clock.
SELECT min(expires_at) FROM (
    SELECT min(expires_at) AS expires_at FROM cases WHERE sandbox || '' = :sandbox AND expires_at > :now
    UNION ALL
    SELECT min(expires_at) FROM checks WHERE sandbox = :sandbox AND expires_at > :now
    UNION ALL
    SELECT min(expires_at) FROM documents WHERE sandbox = :sandbox AND expires_at > :now
) AS expiries;

-- name: own_clocks
-- The sandboxes whose own clock runs, with the next due times of each; `|| ''` as in due_cases_of.
SELECT
    s.clock_at, s.clock_anchor, s.clock_factor,
    (SELECT min(c.due_at) FROM cases AS c WHERE c.sandbox || '' = s.name AND c.due_at IS NOT NULL),
    (SELECT min(d.due_at) FROM deliveries AS d WHERE d.sandbox = s.name AND d.state = 'scheduled')
FROM sandboxes AS s
WHERE s.own_clock = 1 AND s.advancing = 0 AND s.clock_factor > 0;

-- name: inbox
-- The newest deliveries that were kept instead of sent, newest first.
SELECT
    sandbox, id, provider, case_id, event, url, headers, body, state, created_at, due_at, attempts, reason,
    faults, slowly, held
FROM deliveries
WHERE sandbox = :sandbox AND state IN ('inbox', 'blocked')
ORDER BY position DESC, created_at DESC, id DESC
LIMIT :limit;

-- name: count_inbox$
-- The number of deliveries that were kept instead of sent.
SELECT count(*) FROM deliveries WHERE sandbox = :sandbox AND state IN ('inbox', 'blocked');

-- name: holds_lease$
-- Whether the owner still holds the lease of this attempt.
SELECT 1 FROM deliveries
WHERE sandbox = :sandbox AND id = :id AND state = 'in_flight' AND lease_owner = :owner AND attempts = :attempts;

-- part: delivery_report
-- A delivery with what its case is called, as `questions.Questions` reads it.
SELECT
    d.sandbox, d.id, d.provider, d.case_id, d.event, d.url, d.headers, d.body, d.state, d.created_at, d.due_at,
    d.attempts, d.reason, d.faults, d.slowly, d.held, c.external_id, c.rule, l.name,
    CASE WHEN c.state = 'failed' THEN 'failed' ELSE c.outcome END
FROM deliveries AS d
LEFT JOIN cases AS c ON c.sandbox = d.sandbox AND c.provider = d.provider AND c.id = d.case_id
LEFT JOIN clients AS l ON l.sandbox = c.sandbox AND l.provider = c.provider AND l.id = c.client_id

-- name: find_deliveries
-- The newest deliveries that fit, newest first, with what their cases are called. For a text the newest :window
-- deliveries are looked at, so that the cost is bounded.
{delivery_report}
WHERE d.sandbox = :sandbox
    AND (:id IS NULL OR d.id = :id)
    AND (:provider IS NULL OR d.provider = :provider)
    AND (:case_id IS NULL OR d.case_id = :case_id)
    AND (:external_id IS NULL OR c.external_id = :external_id)
    AND (:event IS NULL OR d.event = :event)
    AND (:states IS NULL OR :states LIKE '%|' || d.state || '|%')
    AND (:text IS NULL OR d.position > (
        SELECT coalesce(max(n.position), 0) FROM deliveries AS n WHERE n.sandbox = :sandbox
    ) - :window)
    {has_text}
ORDER BY d.position DESC, d.created_at DESC, d.id DESC
LIMIT :limit;

-- name: deliveries_of_case
-- The newest deliveries of one case, newest first.
{delivery_report}
WHERE d.sandbox = :sandbox AND d.provider = :provider AND d.case_id = :case_id
ORDER BY d.position DESC, d.created_at DESC, d.id DESC
LIMIT :limit;

-- name: delivery
-- One delivery by its id.
{delivery_report}
WHERE d.sandbox = :sandbox AND d.id = :id
LIMIT :limit;

-- name: attempts_of
-- Every attempt of a delivery, in order.
SELECT number, ended_at, took, status, error, answer, answer_headers FROM attempts
WHERE sandbox = :sandbox AND delivery_id = :id
ORDER BY number;

-- name: redeliver!
-- Make a delivery due again now, unless an attempt is in flight.
UPDATE deliveries SET state = 'scheduled', due_at = :now, reason = NULL
WHERE sandbox = :sandbox AND id = :id AND state <> 'in_flight';

-- name: release_held!
-- Make the held deliveries due that waited for another one to the same target. Few are held and many may be due:
-- `|| ''` makes SQLite walk the index of those that are held.
UPDATE deliveries SET held = 0, due_at = :now
WHERE sandbox = :sandbox AND held = 1 AND state || '' = 'scheduled' AND id <> :id
    AND coalesce(target, '') = coalesce(:target, '');

-- name: holds_one_for$
-- Whether a held delivery waits for another one to this target; `|| ''` as in release_held.
SELECT 1 FROM deliveries
WHERE sandbox = :sandbox AND held = 1 AND state || '' = 'scheduled' AND coalesce(target, '') = coalesce(:target, '')
LIMIT 1;

-- name: count_deliveries_by_state
-- The number of deliveries of all sandboxes, by state.
SELECT state, count(*) FROM deliveries GROUP BY state;

-- name: count_deliveries_by_state_of
-- The number of deliveries of one sandbox, by state.
SELECT state, count(*) FROM deliveries WHERE sandbox = :sandbox GROUP BY state;

-- name: events_of
-- The events of the deliveries of one sandbox, each once.
SELECT DISTINCT event FROM deliveries WHERE sandbox = :sandbox;

-- name: oldest_due_delivery$
-- Since when the delivery that waits longest is due, by wall time.
SELECT min(d.due_at) FROM deliveries AS d
JOIN sandboxes AS s ON s.name = d.sandbox
WHERE d.state = 'scheduled' AND s.own_clock = 0;
