-- name: knows_sandbox$
-- Is there a sandbox of that name?
SELECT 1 FROM sandboxes WHERE name = :name;

-- name: add_sandbox!
-- A sandbox is used for the first time.
INSERT INTO sandboxes (name, created_at) VALUES (:name, :now);

-- name: add_counter!
-- The first free id of one kind.
INSERT INTO counters (sandbox, provider, kind, next) VALUES (:sandbox, :provider, :kind, :first);

-- name: take_ids
-- Reserve ids for a case, its client and its checks; the answers are the ids after them, none without a sandbox.
UPDATE counters SET next = next + CASE kind WHEN 'case' THEN 1 WHEN 'client' THEN :clients ELSE :checks END
WHERE sandbox = :sandbox AND provider = :provider AND kind IN ('case', 'client', 'check')
RETURNING kind, next;

-- name: add_document!
-- A document that exists from birth.
INSERT INTO documents (sandbox, provider, id, created_at) VALUES (:sandbox, :provider, :id, :now);

-- name: document_ids
-- Every document there is.
SELECT id FROM documents WHERE sandbox = :sandbox AND provider = :provider;

-- name: count_sandboxes$
-- How many sandboxes there are.
SELECT count(*) FROM sandboxes;

-- name: drop_idle_sandboxes!
-- Drop so many sandboxes with all they hold: those with nothing due first, then the longest untouched.
DELETE FROM sandboxes WHERE name IN (
    SELECT s.name FROM sandboxes AS s
    WHERE s.name <> :keep
    ORDER BY
        EXISTS (SELECT 1 FROM cases AS c WHERE c.sandbox = s.name AND c.due_at IS NOT NULL)
        OR EXISTS (
            SELECT 1 FROM deliveries AS d WHERE d.sandbox = s.name AND d.state IN ('scheduled', 'in_flight')
        ),
        coalesce((SELECT max(c.updated_at) FROM cases AS c WHERE c.sandbox = s.name), s.created_at)
    LIMIT :many
);

-- name: sandbox^
-- A sandbox itself: its settings and its clock; nothing: it was never used.
SELECT settings, clock_at, clock_anchor, clock_factor, advancing, created_at FROM sandboxes WHERE name = :name;

-- name: save_clock!
-- Its clock, and whether somebody runs its time step by step.
UPDATE sandboxes SET
    clock_at = :at, clock_anchor = :anchor, clock_factor = :factor, own_clock = :own, advancing = :advancing
WHERE name = :name;

-- name: move_clock
-- The clock of the sandbox whose time is run step by step, unless that was another life of it; the sandbox afterwards.
UPDATE sandboxes SET
    clock_at = :at, clock_anchor = :anchor, clock_factor = :factor, own_clock = :own, advancing = :advancing
WHERE name = :name AND created_at = :born AND advancing = 1
RETURNING settings, clock_at, clock_anchor, clock_factor, advancing, created_at;

-- name: stop_advancing!
-- Whoever ran time step by step is gone.
UPDATE sandboxes SET advancing = 0 WHERE advancing = 1;

-- name: changed_sandboxes
-- The sandboxes with settings of their own, and these.
SELECT name, settings FROM sandboxes WHERE settings <> '{}';

-- name: has_cases$
-- Was anything ever opened there?
SELECT 1 FROM cases WHERE sandbox = :name LIMIT 1;

-- name: sandbox_names
-- Every sandbox that was used.
SELECT name FROM sandboxes ORDER BY name;

-- name: save_sandbox_settings!
-- Its settings, all of them.
UPDATE sandboxes SET settings = :settings WHERE name = :name;

-- name: drop_sandbox!
-- Forget a sandbox with all it holds.
DELETE FROM sandboxes WHERE name = :name;
