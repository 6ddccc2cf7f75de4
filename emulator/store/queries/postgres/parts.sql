-- part: greatest
greatest

-- part: wanted
-- One that is too large for any id names nothing.
(
    SELECT CASE
        WHEN CAST(t.value AS numeric) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(t.value AS bigint)
    END AS value
    FROM json_array_elements_text(CAST(:ids AS json)) AS t (value)
) AS wanted

-- part: by_bytes
 COLLATE "C"

-- part: lease_clock
CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)

-- part: is_leased
lease_until > {lease_clock}

-- part: of_owner
 AND lease_owner = :owner

-- part: advanced_by
-- The lease is short at first: the heartbeat makes it longer as long as its process lives.
, advance_owner = current_setting('application_name'), advance_until = {lease_clock} + 15000000

-- part: of_nobody
 AND advance_owner = current_setting('application_name')

-- part: if_free

FOR UPDATE OF d SKIP LOCKED

-- part: until_done
-- A reset takes the row of the sandbox first and then those of its cases, so this does it in that order as well.
FOR KEY SHARE

-- part: by_owner
AND advance_owner = current_setting('application_name')

-- part: join_in_order
JOIN
