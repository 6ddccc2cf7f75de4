-- name: add_exchange!
-- Add an exchange under the next number of its book, and let the oldest one beyond the bound go. The row of the book is
-- held until that is committed, so that whoever has read up to a number never misses a lower one.
WITH book AS (
    INSERT INTO journal_books (sandbox, last) VALUES (:sandbox, 1)
    ON CONFLICT (sandbox) DO UPDATE SET last = journal_books.last + 1
    RETURNING last
), gone AS (
    DELETE FROM exchanges AS e USING book WHERE e.sandbox = :sandbox AND e.number <= book.last - :most
)
INSERT INTO exchanges (sandbox, number, size, written_at, exchange)
SELECT :sandbox, book.last, :size, {lease_clock}, :exchange FROM book;

-- name: exchanges
-- The exchanges of a sandbox, oldest first, each behind the number of the newest one and that at the last reset; a book
-- without exchanges is one row.
SELECT b.last, b.base, e.number, e.exchange FROM journal_books AS b
LEFT JOIN exchanges AS e ON e.sandbox = b.sandbox
WHERE b.sandbox = :sandbox
ORDER BY e.number;

-- name: evict_beyond!
-- Let the oldest exchanges of all sandboxes go beyond so many bytes.
DELETE FROM exchanges AS e USING (
    SELECT sandbox, number, sum(size) OVER (ORDER BY written_at DESC, sandbox, number DESC) AS total FROM exchanges
) AS k
WHERE e.sandbox = k.sandbox AND e.number = k.number AND k.total > :bytes;

-- name: forget_exchanges!
-- Forget the exchanges of a sandbox; its numbers go on.
WITH book AS (
    UPDATE journal_books SET base = last WHERE sandbox = :sandbox RETURNING last
)
DELETE FROM exchanges AS e USING book WHERE e.sandbox = :sandbox AND e.number <= book.last;

-- name: count_evicted$
-- How many exchanges had to go in all.
SELECT (SELECT coalesce(sum(last - base), 0) FROM journal_books) - (SELECT count(*) FROM exchanges);

-- name: dump_journal_books
-- The books of all sandboxes.
SELECT sandbox, last, base FROM journal_books;

-- name: load_journal_books*!
-- Write these rows back.
INSERT INTO journal_books (sandbox, last, base) VALUES (:sandbox, :last, :base);

-- name: dump_exchanges
-- The exchanges of all sandboxes.
SELECT sandbox, number, size, written_at, exchange FROM exchanges;

-- name: load_exchanges*!
-- Write these rows back.
INSERT INTO exchanges (sandbox, number, size, written_at, exchange)
VALUES (:sandbox, :number, :size, :written_at, :exchange);
