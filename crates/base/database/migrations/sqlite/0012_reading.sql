-- Reading: which records wait for it, what came of it, and what it would write into their descriptions.

CREATE TABLE readings (
    record         TEXT PRIMARY KEY,
    accession      TEXT NOT NULL,
    -- waiting, reading, done, failed
    state          TEXT NOT NULL,
    -- higher is read earlier
    priority       BIGINT NOT NULL,
    run_at_ms      BIGINT NOT NULL,
    lease_until_ms BIGINT NOT NULL,
    worker         TEXT,
    attempts       BIGINT NOT NULL,
    lost           BIGINT NOT NULL,
    -- the version of the record's object that was read, and of the object that holds the reading
    source_version BIGINT NOT NULL,
    object_version BIGINT NOT NULL,
    recipe         TEXT NOT NULL,
    -- a newer result waits to be accepted in place of the older
    has_newer      BIGINT NOT NULL,
    pages          BIGINT NOT NULL,
    characters     BIGINT NOT NULL,
    seconds        BIGINT NOT NULL,
    cpu_ms         BIGINT NOT NULL,
    -- codes of what was left out, separated by spaces
    omitted        TEXT NOT NULL,
    reason_code    TEXT,
    reason         TEXT,
    read_at_ms     BIGINT NOT NULL
);
-- what came in before there was reading
INSERT INTO readings (record, accession, state, priority, run_at_ms, lease_until_ms, attempts, lost, source_version,
                      object_version, recipe, has_newer, pages, characters, seconds, cpu_ms, omitted, read_at_ms)
    SELECT id, accession, 'waiting', -30, 0, 0, 0, 0, 0, 0, '', 0, 0, 0, 0, 0, '', 0 FROM records WHERE files > 0;
CREATE INDEX readings_to_claim ON readings (state, priority, run_at_ms);
CREATE INDEX readings_by_accession ON readings (accession, state);

CREATE TABLE suggestions (
    record     TEXT NOT NULL,
    number     BIGINT NOT NULL,
    -- open, accepted, corrected, refused
    state      TEXT NOT NULL,
    element    TEXT NOT NULL,
    document   TEXT NOT NULL,
    decided_as TEXT,
    decided_by TEXT,
    decided_at TEXT,
    PRIMARY KEY (record, number)
);
CREATE INDEX suggestions_by_state ON suggestions (state, element);
