-- name: add_access_token!
-- Add a token by its digest.
INSERT INTO access_tokens (digest, sandbox, provider, expires_at) VALUES (:digest, :sandbox, :provider, :expires_at);

-- name: access_token^
-- The sandbox that a token opens, and until when by the clock of that sandbox.
SELECT sandbox, expires_at FROM access_tokens WHERE digest = :digest AND provider = :provider;

-- name: drop_expired_access_tokens!
-- Drop the tokens of a sandbox that have expired a while ago.
DELETE FROM access_tokens WHERE sandbox = :sandbox AND expires_at < :kept_since;

-- name: dump_access_tokens
-- The tokens of all sandboxes.
SELECT digest, sandbox, provider, expires_at FROM access_tokens;

-- name: load_access_tokens*!
-- Write these rows back.
INSERT INTO access_tokens (digest, sandbox, provider, expires_at) VALUES (:digest, :sandbox, :provider, :expires_at);
