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
-- The exchanges of a sandbox, oldest first.
SELECT number, exchange FROM exchanges WHERE sandbox = :sandbox ORDER BY number;

-- name: journal_book^
-- The numbers of the newest exchange of a sandbox, and of the newest when it was last reset.
SELECT last, base FROM journal_books WHERE sandbox = :sandbox;

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
