-- What only several processes need. Who advances the clock of a sandbox, and until when that holds by the clock of the
-- database unless the process says that it lives.
ALTER TABLE sandboxes ADD COLUMN advance_owner TEXT;
ALTER TABLE sandboxes ADD COLUMN advance_until BIGINT;

-- The attempts that were being made in a sandbox when it was dropped: a reset waits for them, on whichever process.
CREATE TABLE dropped_leases (
    sandbox TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    lease_owner TEXT NOT NULL,
    lease_until BIGINT NOT NULL,
    PRIMARY KEY (sandbox, delivery_id, lease_owner)
);
CREATE INDEX deliveries_of_owner ON deliveries (lease_owner) WHERE state = 'in_flight';
CREATE INDEX sandboxes_advancing ON sandboxes (name) WHERE advancing = 1;
