-- The webhooks of a case are found without a look at all others.
CREATE INDEX deliveries_of_case ON deliveries (sandbox, provider, case_id, position);
