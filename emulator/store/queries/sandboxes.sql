-- name: add_sandbox!
-- Add a sandbox on its first use.
INSERT INTO sandboxes (name, created_at) VALUES (:name, :now);

-- name: add_counter!
-- Add the counter of one kind of id, with the first free one.
INSERT INTO counters (sandbox, provider, kind, next) VALUES (:sandbox, :provider, :kind, :first);

-- name: next_ids
-- The next free id of each kind.
SELECT kind, next FROM counters WHERE sandbox = :sandbox AND provider = :provider;

-- name: take_ids!
-- Reserve ids for a case, its client and its checks. Without IN and RETURNING, for which SQLite builds a tree of its own
-- each time: that took a twelfth of a create.
UPDATE counters SET
    next = next + CASE kind WHEN 'case' THEN 1 WHEN 'client' THEN :clients WHEN 'check' THEN :checks ELSE 0 END,
    held = held + CASE kind WHEN 'case' THEN 1 WHEN 'client' THEN :clients WHEN 'check' THEN :checks ELSE 0 END
WHERE sandbox = :sandbox AND provider = :provider;

-- name: take_id
-- Reserve one id of a kind, and return the next free one after it.
UPDATE counters SET next = next + 1, held = held + 1
WHERE sandbox = :sandbox AND provider = :provider AND kind = :kind
RETURNING next;

-- name: count_sandboxes$
-- The number of sandboxes.
SELECT count(*) FROM sandboxes;

-- name: drop_empty_sandboxes!
-- Drop a number of sandboxes without cases, and in which no client or document was made: first those for which nothing was set, of these first the oldest.
DELETE FROM sandboxes WHERE name IN (
    SELECT s.name FROM sandboxes AS s
    WHERE NOT EXISTS (SELECT 1 FROM cases AS c WHERE c.sandbox = s.name)
        AND NOT EXISTS (SELECT 1 FROM counters AS k WHERE k.sandbox = s.name AND k.held > 0)
    ORDER BY s.settings <> '{}' OR s.own_clock = 1, s.created_at
    LIMIT :many
);

-- name: sandbox^
-- The settings and the clock of a sandbox; no row for one that was never used.
SELECT settings, clock_at, clock_anchor, clock_factor, advancing, created_at FROM sandboxes WHERE name = :name;

-- name: save_clock!
-- Save the clock of a sandbox, and whether the time machine is advancing it.
UPDATE sandboxes SET
    clock_at = :at, clock_anchor = :anchor, clock_factor = :factor, own_clock = :own, advancing = :advancing {advanced_by}
WHERE name = :name;

-- name: move_clock
-- Save the clock of a sandbox that is being advanced and return the sandbox; no row if it was reset meanwhile.
UPDATE sandboxes SET
    clock_at = :at, clock_anchor = :anchor, clock_factor = :factor, own_clock = :own, advancing = :advancing {advanced_by}
WHERE name = :name AND created_at = :born AND advancing = 1 {by_owner}
RETURNING settings, clock_at, clock_anchor, clock_factor, advancing, created_at;

-- name: latest_moment$
-- The latest wall time at which something was written: moments of a sandbox with its own clock are none.
SELECT {greatest}(
    (SELECT coalesce(max({greatest}(created_at, clock_anchor)), 0) FROM sandboxes),
    (
        SELECT coalesce(max(c.updated_at), 0) FROM cases AS c
        JOIN sandboxes AS s ON s.name = c.sandbox
        WHERE s.own_clock = 0
    ),
    (
        SELECT coalesce(max(a.ended_at), 0) FROM attempts AS a
        JOIN sandboxes AS s ON s.name = a.sandbox
        WHERE s.own_clock = 0
    )
);

-- name: stop_advancing!
-- End every advance, after the process that made it is gone.
UPDATE sandboxes SET advancing = 0 WHERE advancing = 1 {of_nobody};

-- name: changed_sandboxes
-- The sandboxes with settings of their own, with these.
SELECT name, settings FROM sandboxes WHERE settings <> '{}';

-- name: has_cases$
-- Whether the sandbox holds a case, expired or not.
SELECT 1 FROM cases WHERE sandbox = :name LIMIT 1;

-- name: sandbox_names
-- The names of all sandboxes that were used.
SELECT name FROM sandboxes ORDER BY name {by_bytes};

-- name: save_sandbox_settings!
-- Save all settings of a sandbox.
UPDATE sandboxes SET settings = :settings WHERE name = :name;

-- name: drop_sandbox!
-- Drop a sandbox with all it holds.
DELETE FROM sandboxes WHERE name = :name;
