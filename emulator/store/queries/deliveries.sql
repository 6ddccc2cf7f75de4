-- name: add_delivery!
-- A webhook is born, in the transaction that ends its case.
INSERT INTO deliveries (
    sandbox, id, provider, case_id, event, url, target, headers, body, state, attempts, created_at, due_at
) VALUES (
    :sandbox, :id, :provider, :case_id, :event, :url, :target, :headers, :body, :state, 0, :created_at, :due_at
);

-- name: due_deliveries
-- Deliveries to send now, but none to a busy target.
SELECT sandbox, id, provider, case_id, event, url, headers, body, state, created_at, due_at, attempts, reason
FROM deliveries
WHERE state = 'scheduled' AND due_at <= :now
    AND :busy NOT LIKE '%|' || target || '|%'
ORDER BY due_at, created_at
LIMIT :limit;

-- name: lease!
-- One attempt begins; whoever held the delivery before no longer does.
UPDATE deliveries SET
    state = 'in_flight', attempts = attempts + 1, lease_owner = :owner, lease_until = :until
WHERE sandbox = :sandbox AND id = :id;

-- name: release_leases!
-- What is under way on a lease that ended by then, or on any lease, is due again.
UPDATE deliveries SET state = 'scheduled', lease_owner = NULL, lease_until = NULL
WHERE state = 'in_flight' AND (:until IS NULL OR lease_until <= :until);

-- name: settle!
-- What came of an attempt, fenced by its owner and its number.
UPDATE deliveries SET
    state = :state, reason = :reason, due_at = :due_at, lease_owner = NULL, lease_until = NULL
WHERE sandbox = :sandbox AND id = :id
    AND state = 'in_flight' AND lease_owner = :owner AND attempts = :attempts;

-- name: add_attempt!
-- One attempt, for the record.
INSERT INTO attempts (sandbox, delivery_id, number, ended_at, took, status, error, answer)
VALUES (:sandbox, :delivery_id, :number, :ended_at, :took, :status, :error, :answer);

-- name: next_due$
-- When the next case or delivery is due, leaving out what waits for a busy target.
SELECT min(due_at) FROM (
    SELECT min(due_at) AS due_at FROM cases WHERE due_at IS NOT NULL
    UNION ALL
    SELECT min(due_at) FROM deliveries
    WHERE state = 'scheduled' AND :busy NOT LIKE '%|' || target || '|%'
) AS dues;

-- name: inbox
-- The newest of what was kept instead of dialled, the newest first.
SELECT sandbox, id, provider, case_id, event, url, headers, body, state, created_at, due_at, attempts, reason
FROM deliveries
WHERE sandbox = :sandbox AND state IN ('inbox', 'blocked')
ORDER BY created_at DESC, id DESC
LIMIT :limit;

-- name: count_inbox$
-- How many there are in all.
SELECT count(*) FROM deliveries WHERE sandbox = :sandbox AND state IN ('inbox', 'blocked');
