-- part: greatest
-- The function that returns the greatest of its arguments.
max

-- part: wanted
-- The numbers of a JSON list, as rows with a `value`.
json_each(:ids) AS wanted

-- part: by_bytes
-- An order by bytes, which is the usual one here.

-- part: lease_clock
-- Microseconds by which leases are counted: of the one process that there is.
:stopwatch

-- part: is_leased
-- Whether the attempt of a delivery in flight still holds its lease: it does until it ends or is given up.
lease_until IS NOT NULL

-- part: of_owner
-- What restricts leases to those of the owner; no other process can have one here.

-- part: advanced_by
-- Which process advances a clock, and until when: there is one.

-- part: of_nobody
-- What restricts advances to those that nobody makes any more; nobody but this process can make one here.

-- part: if_free
-- What keeps deliveries for this transaction, and passes over those that another one keeps: there is one at a time.

-- part: until_done
-- What keeps a sandbox from being dropped until the transaction is done; none is while there is one.

-- part: by_owner
-- What restricts advances to those that this process makes: it makes all.

-- part: join_in_order
-- A join that begins with its first table, where the planner would not.
CROSS JOIN
