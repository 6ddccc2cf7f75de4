-- A sandbox's own clock reads clock_at + (wall time - clock_anchor) * clock_factor; 0, 0 and 1 are wall time.
ALTER TABLE sandboxes ADD COLUMN clock_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sandboxes ADD COLUMN clock_anchor BIGINT NOT NULL DEFAULT 0;
ALTER TABLE sandboxes ADD COLUMN clock_factor DOUBLE PRECISION NOT NULL DEFAULT 1;
ALTER TABLE sandboxes ADD COLUMN own_clock INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sandboxes ADD COLUMN advancing INTEGER NOT NULL DEFAULT 0; -- the time machine is advancing its clock
CREATE INDEX sandboxes_own_clock ON sandboxes (name) WHERE own_clock = 1;
