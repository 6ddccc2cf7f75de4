-- name: due_cases
-- The cases whose next step is due, by wall time and by the own clocks of their sandboxes, without those that another
-- transaction is about to complete. A lock of their names and not of their rows: a transaction that holds the row of a
-- sandbox may wait for that of a case, and never the other way round.
SELECT sandbox, provider, id FROM (
    SELECT sandbox, provider, id FROM (
        SELECT c.sandbox, c.provider, c.id FROM cases AS c
        JOIN sandboxes AS s ON s.name = c.sandbox
        WHERE c.due_at <= :now AND s.own_clock = 0 AND s.advancing = 0
        ORDER BY c.due_at, c.id
        LIMIT :limit * 8
    ) AS by_wall_time
    UNION ALL
    SELECT sandbox, provider, id FROM (
        SELECT c.sandbox, c.provider, c.id FROM sandboxes AS s
        JOIN cases AS c ON c.sandbox = s.name
        WHERE s.own_clock = 1 AND s.advancing = 0
            AND c.due_at <= s.clock_at + (:now - s.clock_anchor) * s.clock_factor
        ORDER BY c.due_at, c.id
        LIMIT :limit * 8
    ) AS by_own_clocks
) AS due
WHERE pg_try_advisory_xact_lock(hashtextextended(sandbox || '/' || provider || '/' || id, 1))
LIMIT :limit * 2;

-- name: sandbox_to_change^
-- The same as `sandbox` for a transaction that may change it: others wait until that one is done.
SELECT settings, clock_at, clock_anchor, clock_factor, advancing, created_at FROM sandboxes WHERE name = :name
FOR NO KEY UPDATE;

-- name: sandbox_to_keep^
-- The same as `sandbox` for a transaction during which it may not be dropped.
SELECT settings, clock_at, clock_anchor, clock_factor, advancing, created_at FROM sandboxes WHERE name = :name
FOR KEY SHARE;

-- name: lock_name
-- Wait for the transaction that creates a sandbox of that name, and let others wait for this one.
SELECT pg_advisory_xact_lock(hashtextextended(:name, 2));

-- name: empty_sandboxes
-- The sandboxes that drop_empty_sandboxes may drop, without those that a transaction uses.
SELECT s.name FROM sandboxes AS s
WHERE NOT EXISTS (SELECT 1 FROM cases AS c WHERE c.sandbox = s.name)
    AND NOT EXISTS (SELECT 1 FROM counters AS k WHERE k.sandbox = s.name AND k.held > 0)
ORDER BY s.settings <> '{}' OR s.own_clock = 1, s.created_at
LIMIT :many
FOR UPDATE OF s SKIP LOCKED;

-- name: drop_empty_sandboxes!
-- Drop those of these sandboxes, as a JSON list, that are still without cases: their rows are locked since.
DELETE FROM sandboxes AS s
WHERE s.name IN (SELECT json_array_elements_text(CAST(:names AS json)))
    AND NOT EXISTS (SELECT 1 FROM cases AS c WHERE c.sandbox = s.name)
    AND NOT EXISTS (SELECT 1 FROM counters AS k WHERE k.sandbox = s.name AND k.held > 0);

-- name: renew_leases!
-- Make the leases of a process longer, which lives, for the attempts that it makes.
UPDATE deliveries SET lease_until = {lease_clock} + :lease
WHERE state = 'in_flight' AND lease_owner = :owner AND id = ANY(:ids);

-- name: renew_advances!
-- The same of the advances of clocks that it makes.
UPDATE sandboxes SET advance_until = {lease_clock} + :lease WHERE advancing = 1 AND advance_owner = :owner;

-- name: leased_by_others$
-- The number of attempts that other processes are making in a sandbox, or were when it was dropped.
SELECT (
    SELECT count(*) FROM deliveries
    WHERE sandbox = :sandbox AND state = 'in_flight' AND lease_owner <> :owner AND {is_leased}
) + (
    SELECT count(*) FROM dropped_leases
    WHERE sandbox = :sandbox AND lease_owner <> :owner AND {is_leased}
);

-- name: sandbox_to_drop
-- Wait for the transactions that do something in a sandbox which is dropped, and let others wait for this one. It comes
-- before all else, or one that settles an attempt and this one could wait for each other.
SELECT 1 FROM sandboxes WHERE name = :name FOR UPDATE;

-- name: drop_deliveries!
-- Drop the deliveries of a sandbox, and note the attempts that are being made for whoever waits for their ends. Those that
-- another transaction is about to claim are waited for, and noted as well: a query would not see them.
WITH dropped AS (
    DELETE FROM deliveries WHERE sandbox = :sandbox RETURNING sandbox, id, state, lease_owner, lease_until
)
INSERT INTO dropped_leases (sandbox, delivery_id, lease_owner, lease_until)
SELECT sandbox, id, lease_owner, lease_until FROM dropped WHERE state = 'in_flight'
ON CONFLICT (sandbox, delivery_id, lease_owner) DO UPDATE SET lease_until = excluded.lease_until;

-- name: forget_dropped_lease!
-- Note the end of such an attempt; leases that ended are forgotten along with it.
DELETE FROM dropped_leases
WHERE lease_until <= {lease_clock} OR (sandbox = :sandbox AND delivery_id = :id AND lease_owner = :owner);

-- name: stop_ended_advances!
-- End the advances of processes that do not live any more.
UPDATE sandboxes SET advancing = 0 WHERE advancing = 1 AND advance_until <= {lease_clock};

-- name: take_ids
-- Reserve ids for a case, its client and its checks, and return the next free ids after them.
UPDATE counters SET
    next = next + CASE kind WHEN 'case' THEN 1 WHEN 'client' THEN :clients ELSE :checks END,
    held = held + CASE kind WHEN 'case' THEN 1 WHEN 'client' THEN :clients ELSE :checks END
WHERE sandbox = :sandbox AND provider = :provider AND kind IN ('case', 'client', 'check')
RETURNING kind, next;

-- name: client_of_key^
-- The same as `client_by_key` even if the days of the client are over.
SELECT {client} FROM clients AS l WHERE l.sandbox = :sandbox AND l.provider = :provider AND l.reuse_key = :key;

-- name: add_free_client!
-- The same as `add_client` for one whose external id nobody else has.
{new_client};

-- name: add_free_case!
-- The same as `add_case` for one without a key.
{new_case};

-- name: take_ids_early
-- The same as `take_ids` before it is known whether the client is new: it is if nobody has its key, dead or alive.
UPDATE counters SET
    next = next + CASE kind WHEN 'case' THEN 1 WHEN 'client' THEN {new_clients} ELSE :checks END,
    held = held + CASE kind WHEN 'case' THEN 1 WHEN 'client' THEN {new_clients} ELSE :checks END
WHERE sandbox = :sandbox AND provider = :provider AND kind IN ('case', 'client', 'check')
RETURNING kind, next;

-- part: new_clients
CASE WHEN EXISTS (
    SELECT 1 FROM clients AS l WHERE l.sandbox = :sandbox AND l.provider = :provider AND l.reuse_key = :key
) THEN 0 ELSE :clients END
