-- part: check
-- A check with the head of its case, as `case_file_rows.filed_check_of` reads it.
SELECT
    k.id, k.kind, k.details, k.state, k.created_at, k.updated_at, k.outcome, k.risk_score, k.title, k.note, k.reasoning,
    k.retention_days,
    c.id, c.outcome, c.risk_score, c.archived_at, c.state,
    {client}
FROM checks AS k
JOIN cases AS c ON c.sandbox = k.sandbox AND c.provider = k.provider AND c.id = k.case_id
JOIN clients AS l ON l.sandbox = c.sandbox AND l.provider = c.provider AND l.id = c.client_id

-- part: fits_checks
-- What a check is like that fits a filter; none of archived or expired cases does.
AND (k.expires_at IS NULL OR k.expires_at > :now)
AND c.archived_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > :now)
AND (:outcomes IS NULL OR :outcomes LIKE '%|' || coalesce(k.outcome, '') || '|%')
{of_kind_and_risk}

-- part: of_kind_and_risk
-- What a filter compares besides, all of which their index has.
AND (:kind IS NULL OR k.kind = :kind)
AND (:least_risk IS NULL OR k.risk_score >= :least_risk)
AND (:most_risk IS NULL OR k.risk_score <= :most_risk)

-- name: add_checks*!
-- Add checks to a case.
INSERT INTO checks (
    sandbox, provider, id, case_id, kind, details, retention_days, state, created_at, updated_at, expires_at
) VALUES (:sandbox, :provider, :id, :case_id, :kind, :details, :retention_days, :state, :now, :now, :expires_at);

-- name: checks_of_case
-- The checks of a case in the order of their ids, without expired ones; `+ 0` keeps SQLite from walking all checks in
-- that order.
SELECT id, kind, details, state, created_at, updated_at, outcome, risk_score, title, note, reasoning, retention_days
FROM checks
WHERE sandbox = :sandbox AND provider = :provider AND case_id = :case_id
    AND (expires_at IS NULL OR expires_at > :now)
ORDER BY id + 0;

-- name: checks_of_cases
-- The same for many cases, whose ids are a JSON list; behind each check the id of its case.
SELECT
    k.id, k.kind, k.details, k.state, k.created_at, k.updated_at, k.outcome, k.risk_score, k.title, k.note, k.reasoning,
    k.retention_days, k.case_id
FROM {wanted}
JOIN checks AS k ON k.sandbox = :sandbox AND k.provider = :provider AND k.case_id = wanted.value
WHERE k.expires_at IS NULL OR k.expires_at > :now
ORDER BY k.id + 0;

-- name: save_check!
-- Save a changed check.
UPDATE checks SET
    state = :state, outcome = :outcome, risk_score = :risk_score, title = :title, note = :note,
    reasoning = :reasoning, updated_at = :updated_at
WHERE sandbox = :sandbox AND provider = :provider AND id = :id;

-- name: check^
-- One check with the head of its case, unless one of the two has expired.
{check}
WHERE k.sandbox = :sandbox AND k.provider = :provider AND k.id = :id
    AND (k.expires_at IS NULL OR k.expires_at > :now)
    AND (c.expires_at IS NULL OR c.expires_at > :now);

-- name: list_checks
-- A page of all checks of one sandbox and provider, newest first; none of archived or expired cases.
{check}
WHERE k.sandbox = :sandbox AND k.provider = :provider
    {fits_checks}
ORDER BY k.id DESC
LIMIT :limit OFFSET :offset;

-- name: list_checks_of_case
-- The same as list_checks for one case, found by its index.
{check}
WHERE k.sandbox = :sandbox AND k.provider = :provider AND k.case_id = :case_id
    {fits_checks}
ORDER BY k.id + 0 DESC
LIMIT :limit OFFSET :offset;

-- name: count_checks_of_case$
-- The number of checks that fit the same filter.
SELECT count(*) FROM checks AS k
JOIN cases AS c ON c.sandbox = k.sandbox AND c.provider = k.provider AND c.id = k.case_id
WHERE k.sandbox = :sandbox AND k.provider = :provider AND k.case_id = :case_id
    {fits_checks};

-- name: count_all_checks$
-- The number of checks but for the hidden ones, which are expired or of a hidden case: counted without looking at each.
-- It is not to begin with the checks.
SELECT (
    SELECT coalesce(sum(held), 0) FROM counters
    WHERE sandbox = :sandbox AND provider = :provider AND kind = 'check'
) - (
    SELECT count(*) FROM cases AS c
    {join_in_order} checks AS k ON k.sandbox = c.sandbox AND k.provider = c.provider AND k.case_id = c.id
    WHERE c.sandbox = :sandbox AND c.provider = :provider AND c.archived_at > 0
) - (
    SELECT count(*) FROM cases AS c
    {join_in_order} checks AS k ON k.sandbox = c.sandbox AND k.provider = c.provider AND k.case_id = c.id
    WHERE c.sandbox = :sandbox AND c.provider = :provider AND c.expires_at <= :now AND c.archived_at IS NULL
) - (
    SELECT count(*) FROM checks AS k
    JOIN cases AS c ON c.sandbox = k.sandbox AND c.provider = k.provider AND c.id = k.case_id
    WHERE k.sandbox = :sandbox AND k.provider = :provider AND k.expires_at <= :now
        AND c.archived_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > :now)
);

-- name: expire_checks!
-- Hide the checks of a settled case that ask for it.
UPDATE checks SET expires_at = :now
WHERE sandbox = :sandbox AND provider = :provider AND case_id = :case_id
    AND retention_days = 0 AND expires_at IS NULL;
