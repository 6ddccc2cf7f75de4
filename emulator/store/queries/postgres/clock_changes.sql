-- name: note_clock_change!
-- Note how a clock ran up to a wall time, and forget the oldest change beyond the bound.
WITH gone AS (
    DELETE FROM clock_changes WHERE sandbox = :sandbox AND number <= (
        SELECT number FROM clock_changes WHERE sandbox = :sandbox ORDER BY number DESC LIMIT 1 OFFSET :most - 1
    )
)
INSERT INTO clock_changes (sandbox, until, clock_at, clock_anchor, clock_factor)
VALUES (:sandbox, :until, :at, :anchor, :factor);

-- name: clock_changes
-- The changes of a clock, oldest first.
SELECT until, clock_at, clock_anchor, clock_factor FROM clock_changes WHERE sandbox = :sandbox ORDER BY number;

-- name: forget_clock_changes!
-- Forget the changes of a clock.
DELETE FROM clock_changes WHERE sandbox = :sandbox;

-- name: forget_clocks_of_nothing!
-- Forget the changes of clocks whose sandboxes are not there, nor anything in their journals.
DELETE FROM clock_changes AS k
WHERE NOT EXISTS (SELECT 1 FROM sandboxes AS s WHERE s.name = k.sandbox)
    AND NOT EXISTS (SELECT 1 FROM exchanges AS e WHERE e.sandbox = k.sandbox);

-- name: dump_clock_changes
-- The changes of all clocks, oldest first.
SELECT sandbox, until, clock_at, clock_anchor, clock_factor FROM clock_changes ORDER BY number;

-- name: load_clock_changes*!
-- Write these rows back.
INSERT INTO clock_changes (sandbox, until, clock_at, clock_anchor, clock_factor)
VALUES (:sandbox, :until, :clock_at, :clock_anchor, :clock_factor);
