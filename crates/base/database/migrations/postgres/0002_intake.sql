-- Intake: corrections, what a person must decide, resumable uploads, intake in parts, files that attach to nothing.

-- The returned accession that this one corrects; where the package lay and what it looked like from outside, so that
-- the same command again goes on, or says that it is done.
ALTER TABLE accessions ADD COLUMN corrects TEXT;
ALTER TABLE accessions ADD COLUMN source TEXT;
ALTER TABLE accessions ADD COLUMN fingerprint TEXT;
CREATE INDEX accessions_by_correction ON accessions (corrects);
CREATE INDEX accessions_by_source ON accessions (source);

-- Vault batches that are sealed and wait for their accession: kept at start although they are not committed.
CREATE TABLE held_batches (
    name      TEXT PRIMARY KEY,
    accession TEXT NOT NULL,
    part      BIGINT NOT NULL
);
CREATE INDEX held_batches_of_accession ON held_batches (accession, part);

CREATE TABLE review_tasks (
    accession TEXT NOT NULL REFERENCES accessions (id) ON DELETE CASCADE,
    number    BIGINT NOT NULL,
    state     TEXT NOT NULL,
    document  TEXT NOT NULL,
    PRIMARY KEY (accession, number)
);
CREATE INDEX review_tasks_by_state ON review_tasks (state, accession, number);

CREATE TABLE uploads (
    id            TEXT PRIMARY KEY,
    accession     TEXT NOT NULL REFERENCES accessions (id) ON DELETE CASCADE,
    path          TEXT NOT NULL,
    length        BIGINT NOT NULL,
    received      BIGINT NOT NULL,
    hands_in      BIGINT NOT NULL,
    owner         TEXT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
CREATE INDEX uploads_by_expiry ON uploads (expires_at_ms);

-- Files of a package that no rule attaches to a record, or more than one; a person says where they belong.
CREATE TABLE unattached_files (
    accession TEXT NOT NULL REFERENCES accessions (id) ON DELETE CASCADE,
    number    BIGINT NOT NULL,
    state     TEXT NOT NULL,
    file      TEXT NOT NULL,
    document  TEXT NOT NULL,
    PRIMARY KEY (accession, number)
);
CREATE INDEX unattached_files_by_state ON unattached_files (state, accession, number);
