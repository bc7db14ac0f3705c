-- Foundation: institution, accounts, fonds, records, accessions, journal, jobs.
-- A released migration is never changed; what comes later is a new file.

CREATE TABLE institution (
    only_row   BIGINT PRIMARY KEY CHECK (only_row = 1),
    name       TEXT COLLATE "C" NOT NULL,
    created_at TEXT NOT NULL
);

CREATE TABLE accounts (
    name          TEXT COLLATE "C" PRIMARY KEY,
    password_hash TEXT NOT NULL,
    created_at    TEXT NOT NULL
);

CREATE TABLE sessions (
    token_digest  TEXT COLLATE "C" PRIMARY KEY,
    account       TEXT NOT NULL REFERENCES accounts (name) ON DELETE CASCADE,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at_ms);

-- Counters stand beside the fonds, so that a fonds of a million records opens as fast as one of ten.
CREATE TABLE fonds (
    number         TEXT COLLATE "C" PRIMARY KEY,
    document       TEXT NOT NULL,
    object_version BIGINT NOT NULL,
    records        BIGINT NOT NULL DEFAULT 0,
    public_records BIGINT NOT NULL DEFAULT 0,
    files          BIGINT NOT NULL DEFAULT 0,
    bytes          BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE records (
    id             TEXT COLLATE "C" PRIMARY KEY,
    code           TEXT COLLATE "C" NOT NULL UNIQUE,
    sort_code      TEXT COLLATE "C" NOT NULL,
    fonds          TEXT COLLATE "C" NOT NULL REFERENCES fonds (number),
    category       TEXT NOT NULL,
    year           BIGINT,
    open_status    TEXT NOT NULL,
    public_entry   BIGINT NOT NULL,
    title          TEXT NOT NULL,
    document       TEXT NOT NULL,
    object         TEXT COLLATE "C" NOT NULL,
    object_version BIGINT NOT NULL,
    accession      TEXT COLLATE "C" NOT NULL,
    files          BIGINT NOT NULL,
    bytes          BIGINT NOT NULL
);
CREATE INDEX records_in_fonds ON records (fonds, sort_code);
CREATE INDEX public_records_in_fonds ON records (fonds, public_entry, sort_code);
CREATE INDEX records_of_accession ON records (accession, sort_code);
CREATE INDEX records_of_object ON records (object);
CREATE INDEX records_by_open_status ON records (open_status);

CREATE TABLE former_codes (
    code   TEXT COLLATE "C" NOT NULL,
    record TEXT COLLATE "C" NOT NULL REFERENCES records (id),
    PRIMARY KEY (code, record)
);

CREATE TABLE segments (
    object  TEXT COLLATE "C" PRIMARY KEY,
    fonds   TEXT COLLATE "C" NOT NULL REFERENCES fonds (number),
    number  BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    UNIQUE (fonds, number)
);

CREATE TABLE accessions (
    id              TEXT COLLATE "C" PRIMARY KEY,
    idempotency_key TEXT UNIQUE,
    name            TEXT COLLATE "C" NOT NULL,
    fonds           TEXT COLLATE "C",
    kind            TEXT NOT NULL,
    state           TEXT NOT NULL,
    detail          TEXT NOT NULL,
    items           BIGINT NOT NULL,
    files           BIGINT NOT NULL,
    bytes           BIGINT NOT NULL,
    blockers        BIGINT NOT NULL,
    warnings        BIGINT NOT NULL,
    received_at     TEXT NOT NULL,
    finished_at     TEXT,
    received_by     TEXT NOT NULL
);
CREATE INDEX accessions_by_time ON accessions (received_at DESC, id DESC);
CREATE INDEX accessions_by_state ON accessions (state);

CREATE TABLE findings (
    accession TEXT COLLATE "C" NOT NULL REFERENCES accessions (id) ON DELETE CASCADE,
    number    BIGINT NOT NULL,
    severity  TEXT NOT NULL,
    document  TEXT NOT NULL,
    PRIMARY KEY (accession, number)
);

CREATE TABLE journal_head (
    only_row BIGINT PRIMARY KEY CHECK (only_row = 1),
    size     BIGINT NOT NULL
);
INSERT INTO journal_head (only_row, size) VALUES (1, 0);

CREATE TABLE journal_entries (
    number BIGINT PRIMARY KEY,
    object TEXT COLLATE "C" NOT NULL,
    body   TEXT NOT NULL
);
CREATE INDEX journal_entries_of_object ON journal_entries (object, number);

CREATE TABLE jobs (
    id             TEXT COLLATE "C" PRIMARY KEY,
    name           TEXT COLLATE "C" NOT NULL,
    payload        TEXT NOT NULL,
    dedup_key      TEXT UNIQUE,
    priority       BIGINT NOT NULL,
    state          TEXT NOT NULL,
    run_at_ms      BIGINT NOT NULL,
    lease_until_ms BIGINT NOT NULL,
    worker         TEXT,
    attempts       BIGINT NOT NULL,
    last_error     TEXT
);
CREATE INDEX jobs_to_claim ON jobs (state, run_at_ms, priority);

-- Vault batches whose change was committed; one still staged at start is placed if it is named here, removed otherwise.
CREATE TABLE batches (
    name TEXT COLLATE "C" PRIMARY KEY
);
