-- name: client^
-- One client by its id.
SELECT id, external_id, name, kind, details FROM clients
WHERE sandbox = :sandbox AND provider = :provider AND id = :id;

-- name: client_by_key^
-- The client with this non-blank external id.
SELECT id, external_id, name, kind, details FROM clients
WHERE sandbox = :sandbox AND provider = :provider AND reuse_key = :key;

-- name: add_client!
-- Add a client.
INSERT INTO clients (sandbox, provider, id, external_id, reuse_key, name, kind, details, created_at, updated_at)
VALUES (:sandbox, :provider, :id, :external_id, :reuse_key, :name, :kind, :details, :now, :now);

-- name: replace_client!
-- Replace the details of a known client by those of a later request.
UPDATE clients SET name = :name, kind = :kind, details = :details, updated_at = :now
WHERE sandbox = :sandbox AND provider = :provider AND id = :id;

-- name: has_earlier_without_key$
-- Whether a client with a lower id has no external id either.
SELECT EXISTS (
    SELECT 1 FROM clients
    WHERE sandbox = :sandbox AND provider = :provider AND id < :id AND reuse_key IS NULL
);
