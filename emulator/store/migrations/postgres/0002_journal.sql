-- The journal, masked: each sandbox has a book of its newest exchanges, numbered in the order in which they can be read.
CREATE TABLE journal_books (
    sandbox TEXT PRIMARY KEY,
    last BIGINT NOT NULL DEFAULT 0, -- the number of the newest exchange
    base BIGINT NOT NULL DEFAULT 0 -- the same when the sandbox was last reset: the oldest ones go first, so this tells how many
);
CREATE TABLE exchanges (
    sandbox TEXT NOT NULL,
    number BIGINT NOT NULL,
    size BIGINT NOT NULL, -- roughly, in bytes
    written_at BIGINT NOT NULL,
    exchange TEXT NOT NULL, -- as JSON
    PRIMARY KEY (sandbox, number)
);
CREATE INDEX exchanges_by_age ON exchanges (written_at);
