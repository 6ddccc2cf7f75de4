-- name: add_exchange!
-- Add an exchange under the next number of its book; the row of the book is held until that is committed, so that
-- whoever has read up to a number never misses a lower one.
WITH book AS (
    INSERT INTO journal_books (sandbox, last) VALUES (:sandbox, 1)
    ON CONFLICT (sandbox) DO UPDATE SET last = journal_books.last + 1
    RETURNING last
)
INSERT INTO exchanges (sandbox, number, size, written_at, exchange)
SELECT :sandbox, book.last, :size, {lease_clock}, :exchange FROM book;

-- name: exchanges
-- The exchanges of a sandbox, oldest first.
SELECT number, exchange FROM exchanges WHERE sandbox = :sandbox ORDER BY number;

-- name: journal_book^
-- How many exchanges of a sandbox had to go, and the number of the last of them.
SELECT evicted, last_evicted FROM journal_books WHERE sandbox = :sandbox;

-- name: evict_oldest!
-- Let the oldest exchanges of a book go beyond so many.
WITH gone AS (
    DELETE FROM exchanges
    WHERE sandbox = :sandbox AND number <= (
        SELECT number FROM exchanges WHERE sandbox = :sandbox ORDER BY number DESC OFFSET :most LIMIT 1
    )
    RETURNING number
)
UPDATE journal_books SET
    evicted = evicted + (SELECT count(*) FROM gone),
    last_evicted = greatest(last_evicted, (SELECT max(number) FROM gone))
WHERE sandbox = :sandbox AND EXISTS (SELECT 1 FROM gone);

-- name: evict_beyond
-- Let the oldest exchanges of all sandboxes go beyond so many bytes; the books that lost some.
WITH kept AS (
    SELECT sandbox, number, sum(size) OVER (ORDER BY written_at DESC, sandbox, number DESC) AS total FROM exchanges
), gone AS (
    DELETE FROM exchanges AS e USING kept AS k
    WHERE e.sandbox = k.sandbox AND e.number = k.number AND k.total > :bytes
    RETURNING e.sandbox, e.number
), lost AS (
    SELECT sandbox, count(*) AS many, max(number) AS last FROM gone GROUP BY sandbox
)
UPDATE journal_books AS b SET evicted = b.evicted + lost.many, last_evicted = greatest(b.last_evicted, lost.last)
FROM lost WHERE b.sandbox = lost.sandbox
RETURNING b.sandbox;

-- name: forget_exchanges!
-- Forget the exchanges of a sandbox; its numbers go on.
DELETE FROM exchanges WHERE sandbox = :sandbox;

-- name: forget_book!
-- Forget how many of them had to go.
UPDATE journal_books SET evicted = 0, last_evicted = 0 WHERE sandbox = :sandbox;

-- name: count_evicted$
-- How many exchanges had to go in all.
SELECT coalesce(sum(evicted), 0) FROM journal_books;
