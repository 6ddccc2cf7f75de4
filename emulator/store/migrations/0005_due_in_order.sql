-- What is due comes off an index in the order in which it is sent, so that ten thousand due at once are not sorted each time.
DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON deliveries (due_at, position) WHERE state = 'scheduled';
CREATE INDEX deliveries_due_of ON deliveries (sandbox, due_at, position) WHERE state = 'scheduled';
