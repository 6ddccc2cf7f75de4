-- name: add_document!
-- Add a document.
INSERT INTO documents (
    sandbox, provider, id, name, media_type, size, digest, case_id, check_id, client_id, retention_days, created_at,
    updated_at, expires_at
) VALUES (
    :sandbox, :provider, :id, :name, :media_type, :size, :digest, :case_id, :check_id, :client_id, :retention_days,
    :now, :now, :expires_at
);

-- name: document^
-- One document, unless it has expired.
SELECT
    id, name, media_type, size, digest, case_id, check_id, client_id, retention_days, created_at, updated_at
FROM documents
WHERE sandbox = :sandbox AND provider = :provider AND id = :id AND (expires_at IS NULL OR expires_at > :now);

-- name: known_documents
-- Those of the ids in a JSON list that name a document.
SELECT d.id FROM {wanted}
JOIN documents AS d ON d.sandbox = :sandbox AND d.provider = :provider AND d.id = wanted.value
WHERE d.expires_at IS NULL OR d.expires_at > :now;

-- name: documents_of_case
-- The documents of a case and of its checks.
SELECT
    id, name, media_type, size, digest, case_id, check_id, client_id, retention_days, created_at, updated_at
FROM documents
WHERE sandbox = :sandbox AND provider = :provider AND (expires_at IS NULL OR expires_at > :now)
    AND (
        case_id = :case_id
        OR check_id IN (
            SELECT k.id FROM checks AS k
            WHERE k.sandbox = :sandbox AND k.provider = :provider AND k.case_id = :case_id
        )
    )
ORDER BY id + 0;

-- name: link_to_case*!
-- Link documents to a case, whatever case they were linked to.
UPDATE documents SET case_id = :case_id, updated_at = :now
WHERE sandbox = :sandbox AND provider = :provider AND id = :id;

-- name: link_to_check*!
-- Link documents to a check, whatever check they were linked to.
UPDATE documents SET check_id = :check_id, updated_at = :now
WHERE sandbox = :sandbox AND provider = :provider AND id = :id;

-- name: move_to_case!
-- Link the documents of one case to another.
UPDATE documents SET case_id = :after, updated_at = :now
WHERE sandbox = :sandbox AND provider = :provider AND case_id = :before;

-- name: move_to_checks*!
-- Link the documents of one check to another.
UPDATE documents SET check_id = :after, updated_at = :now
WHERE sandbox = :sandbox AND provider = :provider AND check_id = :before;

-- name: expire_documents!
-- Hide the documents of a case and its checks that ask for it, if the case has ended and no webhook of it is under way.
UPDATE documents SET expires_at = :now
WHERE sandbox = :sandbox AND provider = :provider AND retention_days = 0 AND expires_at IS NULL
    AND (
        case_id = :case_id
        OR check_id IN (
            SELECT k.id FROM checks AS k
            WHERE k.sandbox = :sandbox AND k.provider = :provider AND k.case_id = :case_id
        )
    )
    AND EXISTS (
        SELECT 1 FROM cases AS c
        WHERE c.sandbox = :sandbox AND c.provider = :provider AND c.id = :case_id
            AND c.state IN ('completed', 'failed') AND c.due_at IS NULL
    )
    AND NOT EXISTS (
        SELECT 1 FROM deliveries AS w
        WHERE w.sandbox = :sandbox AND w.provider = :provider AND w.case_id = :case_id
            AND w.state IN ('scheduled', 'in_flight')
    );
