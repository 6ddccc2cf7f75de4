-- Of the cases of a sandbox that are not archived, one at most has a key; a case without one shares its external id.
ALTER TABLE cases ADD COLUMN unique_key TEXT;
CREATE UNIQUE INDEX cases_unique ON cases (sandbox, provider, unique_key)
WHERE unique_key IS NOT NULL AND archived_at IS NULL;

-- When work on a case was ordered last (null: when it was opened), and how long one that waits is to take (microseconds;
-- null: it never ends).
ALTER TABLE cases ADD COLUMN started_at BIGINT;
ALTER TABLE cases ADD COLUMN takes BIGINT;

-- Tokens that open a sandbox until a moment of its clock. Of a token its SHA-256 is kept, as hexadecimal digits.
CREATE TABLE access_tokens (
    digest TEXT PRIMARY KEY,
    sandbox TEXT NOT NULL REFERENCES sandboxes (name) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX access_tokens_of ON access_tokens (sandbox, expires_at);
