-- Random texts of this database that no seed gives away: `links` signs the links of cases.
CREATE TABLE secrets (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
