-- name: add_secret!
-- Keep a secret unless there is one of that name.
INSERT INTO secrets (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING;

-- name: secret$
-- The secret of that name.
SELECT value FROM secrets WHERE name = :name;

-- name: secrets
-- All secrets.
SELECT name, value FROM secrets;
