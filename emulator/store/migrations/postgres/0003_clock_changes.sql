-- How the clock of a sandbox ran until a wall time, for the journal, which tells by it what the clock read then. Like the
-- journal it outlives the sandbox.
CREATE TABLE clock_changes (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sandbox TEXT NOT NULL,
    until BIGINT NOT NULL,
    clock_at BIGINT NOT NULL,
    clock_anchor BIGINT NOT NULL,
    clock_factor DOUBLE PRECISION NOT NULL
);
CREATE INDEX clock_changes_of ON clock_changes (sandbox, number);
