-- part: alike
-- The cases of one outcome (none: an empty text), with a webhook or without one, as their index has them.
c.sandbox = :sandbox AND c.provider = :provider AND coalesce(c.outcome, '') = :outcome
AND CASE WHEN coalesce(c.webhook_url, '') = '' THEN 0 ELSE 1 END = :has_webhook
-- name: newest_alike
-- The ids of the newest cases of one outcome, with a webhook or without one, but for the hidden ones.
SELECT c.id FROM cases AS c
WHERE {alike}
    AND c.archived_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > :now)
ORDER BY c.id DESC
LIMIT :limit;
-- name: count_alike$
-- The number of them, counted in the index alone: the hidden ones are few, and are counted by their own indexes.
SELECT (
    SELECT count(*) FROM cases AS c
    WHERE {alike}
) - (
    SELECT count(*) FROM cases AS c
    WHERE c.archived_at > 0 AND {alike}
) - (
    SELECT count(*) FROM cases AS c
    WHERE c.expires_at <= :now AND c.archived_at IS NULL AND {alike}
);
-- name: cases_by_ids
-- The cases with these ids, which are a JSON list, newest first.
{case}
WHERE c.sandbox = :sandbox AND c.provider = :provider AND c.id IN (SELECT wanted.value FROM {wanted})
ORDER BY c.id DESC;
