-- part: client
-- The columns of a client, as `rows.client_of` reads them.
l.id, l.external_id, l.name, l.kind, l.details, l.retention_days, l.created_at, l.updated_at

-- part: lives
-- Whether the days of a client are not over: they count from its creation, but it stays while a case of it exists.
AND (
    l.retention_days IS NULL
    OR (l.retention_days > 0 AND l.created_at + l.retention_days * 86400000000 > :now)
    OR EXISTS (
        SELECT 1 FROM cases AS c
        WHERE c.sandbox = l.sandbox AND c.provider = l.provider AND c.client_id = l.id
            AND (c.expires_at IS NULL OR c.expires_at > :now)
    )
    OR (
        l.retention_days = 0 AND NOT EXISTS (
            SELECT 1 FROM cases AS c
            WHERE c.sandbox = l.sandbox AND c.provider = l.provider AND c.client_id = l.id
        )
    )
)

-- name: client^
-- One client by its id, unless its days are over: they count from its creation, but it stays while a case of it exists.
SELECT {client}
FROM clients AS l
WHERE l.sandbox = :sandbox AND l.provider = :provider AND l.id = :id
    {lives};

-- name: client_by_key^
-- The client with this non-blank external id, unless its days are over.
SELECT {client}
FROM clients AS l
WHERE l.sandbox = :sandbox AND l.provider = :provider AND l.reuse_key = :key
    {lives};

-- part: new_client
INSERT INTO clients (
    sandbox, provider, id, external_id, reuse_key, name, kind, details, retention_days, created_at, updated_at
) VALUES (
    :sandbox, :provider, :id, :external_id, :reuse_key, :name, :kind, :details, :retention_days, :now, :now
)

-- name: add_client!
-- Add a client; no row is added when there is one with this external id.
{new_client}
ON CONFLICT (sandbox, provider, reuse_key) DO NOTHING;

-- name: release_key!
-- Free the external id of a client whose days are over.
UPDATE clients AS l SET reuse_key = NULL
WHERE l.sandbox = :sandbox AND l.provider = :provider AND l.reuse_key = :key
    AND NOT (
        1 = 1  -- the part begins with AND
        {lives}
    );

-- name: replace_client!
-- Replace what is known of a client by what a later request says.
UPDATE clients SET
    name = :name, kind = :kind, details = :details, retention_days = :retention_days, updated_at = :now
WHERE sandbox = :sandbox AND provider = :provider AND id = :id;

-- name: has_earlier_without_key$
-- Whether a client with a lower id has no external id either.
SELECT EXISTS (
    SELECT 1 FROM clients
    WHERE sandbox = :sandbox AND provider = :provider AND id < :id AND reuse_key IS NULL
);
