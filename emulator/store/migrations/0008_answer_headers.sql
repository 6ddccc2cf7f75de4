-- The headers of the answer to an attempt, masked, as JSON: what the receiver said beside its status and its body.
ALTER TABLE attempts ADD COLUMN answer_headers TEXT NOT NULL DEFAULT '{}';
-- The webhooks of a case are found without a look at all others.
CREATE INDEX deliveries_of_case ON deliveries (sandbox, provider, case_id, position);
