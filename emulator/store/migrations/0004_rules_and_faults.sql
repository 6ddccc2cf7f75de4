-- The risk score that a rule orders, kept until the case ends.
ALTER TABLE cases ADD COLUMN planned_risk DOUBLE PRECISION;
-- What faults do to a webhook: their names, how slowly its body is sent, and whether it waits until another one went
-- to the same target.
ALTER TABLE deliveries ADD COLUMN faults TEXT NOT NULL DEFAULT '[]';
ALTER TABLE deliveries ADD COLUMN slowly DOUBLE PRECISION; -- seconds
ALTER TABLE deliveries ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
-- The order in which webhooks were written or reached the inbox: on a frozen clock many have the same time.
ALTER TABLE deliveries ADD COLUMN position BIGINT NOT NULL DEFAULT 0;
DROP INDEX deliveries_kept;
CREATE INDEX deliveries_in_order ON deliveries (sandbox, position);
CREATE INDEX deliveries_held ON deliveries (sandbox) WHERE held = 1;
