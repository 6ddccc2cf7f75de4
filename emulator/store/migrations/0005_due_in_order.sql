-- An index has due deliveries in the order in which they are sent, so that ten thousand are not sorted at each look.
DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON deliveries (due_at, position) WHERE state = 'scheduled';
CREATE INDEX deliveries_due_of ON deliveries (sandbox, due_at, position) WHERE state = 'scheduled';
