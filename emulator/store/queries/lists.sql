-- part: alike
-- The cases of one outcome (none: an empty text), with a webhook or without one, as their index has them.
c.sandbox = :sandbox AND c.provider = :provider AND coalesce(c.outcome, '') = :outcome
AND CASE WHEN coalesce(c.webhook_url, '') = '' THEN 0 ELSE 1 END = :has_webhook
-- part: of_reference
-- The reference of a case, which their index has as well; after it, what only the rows tell.
AND (:external_id IS NULL OR c.external_id = :external_id)
AND (:archived IS NULL OR :archived = CASE WHEN c.archived_at IS NULL THEN 0 ELSE 1 END)
AND (c.expires_at IS NULL OR c.expires_at > :now)
-- name: newest_alike
-- The ids of the newest cases of one outcome, with a webhook or without one, and of a reference if one is given.
SELECT c.id FROM cases AS c
WHERE {alike}
    {of_reference}
ORDER BY c.id DESC
LIMIT :limit;
-- name: count_alike_of_reference$
-- The number of them, of a reference.
SELECT count(*) FROM cases AS c
WHERE {alike}
    {of_reference};
-- name: count_alike$
-- The number of those of any reference that are not archived, counted in the index alone: the hidden ones are few, and
-- are counted by their own indexes.
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
-- name: count_some_alike$
-- The same with the hidden ones, and no more of them than :most.
SELECT count(*) FROM (
    SELECT 1 FROM cases AS c
    WHERE {alike}
    LIMIT :most
) AS counted;
-- name: cases_by_ids
-- The cases with these ids, which are a JSON list, newest first.
{case}
WHERE c.sandbox = :sandbox AND c.provider = :provider AND c.id IN (SELECT wanted.value FROM {wanted})
ORDER BY c.id DESC;

-- part: checks_alike
-- The checks of one outcome (none: an empty text), kind and range of risk, as their index has them.
k.sandbox = :sandbox AND k.provider = :provider AND coalesce(k.outcome, '') = :outcome
{of_kind_and_risk}

-- name: newest_checks_alike
-- The ids of the newest checks alike, but for the hidden ones.
SELECT k.id FROM checks AS k
{join_in_order} cases AS c ON c.sandbox = k.sandbox AND c.provider = k.provider AND c.id = k.case_id
WHERE {checks_alike}
    AND (k.expires_at IS NULL OR k.expires_at > :now)
    AND c.archived_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > :now)
ORDER BY k.id DESC
LIMIT :limit;

-- name: count_checks_alike$
-- The number of them, counted in the index alone but for the hidden ones, as count_all_checks does.
SELECT (
    SELECT count(*) FROM checks AS k
    WHERE {checks_alike}
) - (
    SELECT count(*) FROM cases AS c
    {join_in_order} checks AS k ON k.sandbox = c.sandbox AND k.provider = c.provider AND k.case_id = c.id
    WHERE c.sandbox = :sandbox AND c.provider = :provider AND c.archived_at > 0 AND {checks_alike}
) - (
    SELECT count(*) FROM cases AS c
    {join_in_order} checks AS k ON k.sandbox = c.sandbox AND k.provider = c.provider AND k.case_id = c.id
    WHERE c.sandbox = :sandbox AND c.provider = :provider AND c.expires_at <= :now AND c.archived_at IS NULL
        AND {checks_alike}
) - (
    SELECT count(*) FROM checks AS k
    JOIN cases AS c ON c.sandbox = k.sandbox AND c.provider = k.provider AND c.id = k.case_id
    WHERE {checks_alike}
        AND k.expires_at <= :now AND c.archived_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > :now)
);

-- name: checks_by_ids
-- The checks with these ids, which are a JSON list, newest first.
{check}
WHERE k.sandbox = :sandbox AND k.provider = :provider AND k.id IN (SELECT wanted.value FROM {wanted})
ORDER BY k.id DESC;
