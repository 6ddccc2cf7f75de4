-- part: case
-- A case with its client, as `rows.case_of` reads it.
SELECT
    c.sandbox, c.provider, c.id, c.external_id, c.state, c.webhook_url, c.retention_days, c.details,
    c.created_at, c.updated_at, c.due_at, c.finish_at, c.outcome, c.risk_score, c.rule, c.ending, c.planned_risk,
    c.has_checks, c.revision, c.archived_at, c.replaces, c.started_at, c.takes,
    {client}
FROM cases AS c
JOIN clients AS l ON l.sandbox = c.sandbox AND l.provider = c.provider AND l.id = c.client_id

-- part: fits_cases
-- What a case is like that fits a filter.
AND (c.expires_at IS NULL OR c.expires_at > :now)
AND (:archived IS NULL OR :archived = CASE WHEN c.archived_at IS NULL THEN 0 ELSE 1 END)
AND (:external_id IS NULL OR c.external_id = :external_id)
AND (:outcomes IS NULL OR :outcomes LIKE '%|' || coalesce(c.outcome, '') || '|%')
AND (:has_webhook IS NULL OR :has_webhook = CASE WHEN coalesce(c.webhook_url, '') = '' THEN 0 ELSE 1 END)

-- part: has_text
-- Whether a case or its client has a text: in a name or a reference, in capitals or not, or as the number of the case.
-- The second comparison is for letters that SQL does not lower.
AND (
    :text IS NULL
    OR lower(l.name) LIKE :text ESCAPE '!' OR l.name LIKE :as_typed ESCAPE '!'
    OR lower(c.external_id) LIKE :text ESCAPE '!' OR c.external_id LIKE :as_typed ESCAPE '!'
    OR c.id = :number
)

-- part: new_case
INSERT INTO cases (
    sandbox, provider, id, client_id, external_id, state, webhook_url, retention_days, details, has_checks,
    rule, ending, planned_risk, created_at, updated_at, due_at, finish_at, expires_at, replaces,
    unique_key, takes
) VALUES (
    :sandbox, :provider, :id, :client_id, :external_id, :state, :webhook_url, :retention_days, :details,
    :has_checks, :rule, :ending, :planned_risk, :now, :now, :due_at, :finish_at, :expires_at, :replaces,
    :unique_key, :takes
)

-- name: add_case!
-- Add a case; no row is added when another one has its key.
{new_case}
ON CONFLICT (sandbox, provider, unique_key) WHERE unique_key IS NOT NULL AND archived_at IS NULL DO NOTHING;

-- name: release_case_key!
-- Free the key of a case that has expired.
UPDATE cases SET unique_key = NULL
WHERE sandbox = :sandbox AND provider = :provider AND unique_key = :unique_key AND expires_at <= :now;

-- name: has_case_key$
-- Whether a case that is neither archived nor expired has this key.
SELECT EXISTS (
    SELECT 1 FROM cases
    WHERE sandbox = :sandbox AND provider = :provider AND unique_key = :unique_key AND archived_at IS NULL
        AND (expires_at IS NULL OR expires_at > :now)
);

-- name: change_case!
-- Change what a request may change of a case, unless it was archived or changed meanwhile.
UPDATE cases SET
    external_id = :external_id, unique_key = :unique_key,
    webhook_url = :webhook_url, retention_days = :retention_days, details = :details, expires_at = :expires_at,
    updated_at = :updated_at, revision = :revision
WHERE sandbox = :sandbox AND provider = :provider AND id = :id AND archived_at IS NULL AND revision = :revision - 1;

-- name: expire_settled_by_change!
-- Hide a case that asks for it, if it has ended and no webhook of it is under way.
UPDATE cases SET expires_at = :now
WHERE sandbox = :sandbox AND provider = :provider AND id = :case_id AND retention_days = 0
    AND state IN ('completed', 'failed') AND due_at IS NULL
    AND NOT EXISTS (
        SELECT 1 FROM deliveries AS w
        WHERE w.sandbox = :sandbox AND w.provider = :provider AND w.case_id = :case_id
            AND w.state IN ('scheduled', 'in_flight')
    );

-- name: case^
-- One case with its client, unless it has expired.
{case}
WHERE c.sandbox = :sandbox AND c.provider = :provider AND c.id = :id
    AND (c.expires_at IS NULL OR c.expires_at > :now);

-- name: list_cases
-- A page of the cases of one sandbox and provider, newest first.
{case}
WHERE c.sandbox = :sandbox AND c.provider = :provider
    {fits_cases}
ORDER BY c.id DESC
LIMIT :limit OFFSET :offset;

-- name: search_cases
-- The numbers of the cases that fit a filter, are in one of the states, end so and have a text, newest first; the
-- newest :window cases are looked at, so that the cost is bounded.
SELECT c.id FROM cases AS c
JOIN clients AS l ON l.sandbox = c.sandbox AND l.provider = c.provider AND l.id = c.client_id
WHERE c.sandbox = :sandbox AND c.provider = :provider
    AND c.id > (
        SELECT coalesce(max(n.id), 0) FROM cases AS n WHERE n.sandbox = :sandbox AND n.provider = :provider
    ) - :window
    {fits_cases}
    AND (:states IS NULL OR :states LIKE '%|' || c.state || '|%')
    {has_text}
ORDER BY c.id DESC
LIMIT :limit;

-- name: list_cases_of_client
-- The same as list_cases for one client, found by its index.
{case}
WHERE c.sandbox = :sandbox AND c.provider = :provider AND c.client_id = :client_id
    {fits_cases}
ORDER BY c.id + 0 DESC
LIMIT :limit OFFSET :offset;

-- name: count_cases$
-- The number of cases that fit the same filter.
SELECT count(*) FROM cases AS c
WHERE c.sandbox = :sandbox AND c.provider = :provider
    {fits_cases};

-- name: count_cases_of_client$
-- The same as count_cases for one client.
SELECT count(*) FROM cases AS c
WHERE c.sandbox = :sandbox AND c.provider = :provider AND c.client_id = :client_id
    {fits_cases};

-- name: count_kept_cases$
-- The number of cases with the archived ones, but for those that are expired.
SELECT (
    SELECT coalesce(sum(held), 0) FROM counters
    WHERE sandbox = :sandbox AND provider = :provider AND kind = 'case'
) - (
    SELECT count(*) FROM cases WHERE sandbox = :sandbox AND provider = :provider AND expires_at <= :now
);

-- name: count_all_cases$
-- The number of cases but for the hidden ones, which are archived or expired: counted without looking at each, as
-- `> 0` finds the archived ones by their index.
SELECT (
    SELECT coalesce(sum(held), 0) FROM counters
    WHERE sandbox = :sandbox AND provider = :provider AND kind = 'case'
) - (
    SELECT count(*) FROM cases WHERE sandbox = :sandbox AND provider = :provider AND archived_at > 0
) - (
    SELECT count(*) FROM cases
    WHERE sandbox = :sandbox AND provider = :provider AND expires_at <= :now AND archived_at IS NULL
);

-- name: due_cases
-- The cases whose next step is due by wall time, and those that are due by the own clock of their sandbox; each of the
-- two ordered by due time.
SELECT sandbox, provider, id FROM (
    SELECT c.sandbox, c.provider, c.id FROM cases AS c
    JOIN sandboxes AS s ON s.name = c.sandbox
    WHERE c.due_at <= :now AND s.own_clock = 0 AND s.advancing = 0
    ORDER BY c.due_at, c.id
    LIMIT :limit
) AS by_wall_time
UNION ALL
SELECT sandbox, provider, id FROM (
    SELECT c.sandbox, c.provider, c.id FROM sandboxes AS s
    JOIN cases AS c ON c.sandbox = s.name
    WHERE s.own_clock = 1 AND s.advancing = 0
        AND c.due_at <= s.clock_at + (:now - s.clock_anchor) * s.clock_factor
    ORDER BY c.due_at, c.id
    LIMIT :limit
) AS by_own_clocks;

-- name: due_cases_of
-- The due cases of one sandbox, by its own clock. Few cases are due and many have ended: `|| ''` makes SQLite walk the
-- index of those that are due instead of all cases of the sandbox.
SELECT sandbox, provider, id FROM cases
WHERE sandbox || '' = :sandbox AND due_at <= :now
ORDER BY due_at, id;

-- name: save_case!
-- Save a step of a case, unless the case moved on, its sandbox was reset or the advance of its clock began or ended
-- meanwhile (without :advancing, that does not matter). The CAST tells PostgreSQL its type, so that this is prepared.
UPDATE cases SET
    state = :state, outcome = :outcome, risk_score = :risk_score, rule = :rule, ending = :ending,
    updated_at = :updated_at, due_at = :due_at
WHERE sandbox = :sandbox AND provider = :provider AND id = :id
    AND state = :state_before AND updated_at = :updated_before AND revision = :revision AND archived_at IS NULL
    AND EXISTS (
        SELECT 1 FROM sandboxes AS s
        WHERE s.name = :sandbox AND s.created_at = :born
            AND (CAST(:advancing AS BIGINT) IS NULL OR s.advancing = :advancing)
        {until_done}
    );

-- name: postpone_case!
-- Try the next step of a case again later, after it failed.
UPDATE cases SET due_at = :until WHERE sandbox = :sandbox AND provider = :provider AND id = :id;

-- name: asks_to_expire$
-- Whether a case, a check of it or a document asks to be hidden once the case is settled.
SELECT
    EXISTS (
        SELECT 1 FROM cases
        WHERE sandbox = :sandbox AND provider = :provider AND id = :case_id AND retention_days = 0
    )
    OR EXISTS (
        SELECT 1 FROM checks
        WHERE sandbox = :sandbox AND provider = :provider AND case_id = :case_id AND retention_days = 0
    )
    OR EXISTS (
        SELECT 1 FROM documents
        WHERE sandbox = :sandbox AND provider = :provider AND retention_days = 0 AND expires_at IS NULL
    );

-- name: expire_settled_case!
-- Hide a case from now on, as if it had never existed, if it asks for that.
UPDATE cases SET expires_at = :now
WHERE sandbox = :sandbox AND provider = :provider AND id = :case_id AND retention_days = 0;

-- name: reopen_case!
-- Save a case that is started, or to which a check was added, unless it was archived or changed meanwhile.
UPDATE cases SET
    state = :state, outcome = :outcome, risk_score = :risk_score, rule = :rule, ending = :ending,
    planned_risk = :planned_risk, updated_at = :updated_at, due_at = :due_at, finish_at = :finish_at,
    revision = :revision, started_at = :started_at, takes = :takes, has_checks = 1
WHERE sandbox = :sandbox AND provider = :provider AND id = :id AND archived_at IS NULL AND revision = :revision - 1;

-- name: archive_case!
-- Archive a case that has ended; no row is changed when it has not, or when it was archived already.
UPDATE cases SET archived_at = :now
WHERE sandbox = :sandbox AND provider = :provider AND id = :id AND archived_at IS NULL
    AND state IN ('completed', 'failed')
    AND (expires_at IS NULL OR expires_at > :now);

-- name: count_cases_by_state
-- The number of cases of all sandboxes, by provider and state.
SELECT provider, state, count(*) FROM cases GROUP BY provider, state;

-- name: count_cases_by_state_of
-- The number of unexpired cases of one sandbox, by state.
SELECT state, count(*) FROM cases
WHERE sandbox = :sandbox AND (expires_at IS NULL OR expires_at > :now)
GROUP BY state;
