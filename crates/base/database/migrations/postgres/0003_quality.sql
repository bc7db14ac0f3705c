-- Double quality check: lots, their samples and the marks of the inspectors. Lots that are over come back from the vault.

CREATE TABLE quality_lots (
    id        TEXT PRIMARY KEY,
    accession TEXT NOT NULL,
    plan      TEXT NOT NULL,
    series    TEXT NOT NULL,
    state     TEXT NOT NULL,
    ended_at  TEXT,
    document  TEXT NOT NULL,
    version   BIGINT NOT NULL
);
CREATE INDEX quality_lots_of_accession ON quality_lots (accession, id);
CREATE INDEX quality_lots_of_series ON quality_lots (plan, series, ended_at);

CREATE TABLE quality_items (
    lot      TEXT NOT NULL REFERENCES quality_lots (id) ON DELETE CASCADE,
    number   BIGINT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (lot, number)
);

CREATE TABLE quality_marks (
    lot      TEXT NOT NULL REFERENCES quality_lots (id) ON DELETE CASCADE,
    item     BIGINT NOT NULL,
    seat     BIGINT NOT NULL,
    person   TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (lot, item, seat)
);
