-- Institutions, persons, posts and who holds them; accounts of persons, readers and programs.
-- None of it can be rebuilt from vault and journal: it is backed up.

-- The one row that every change of people holds until it commits, so that no two of them pass each other.
CREATE TABLE people_head (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    changes  BIGINT NOT NULL
);
INSERT INTO people_head (only_row, changes) VALUES (1, 0);

CREATE TABLE institutions (
    id            TEXT PRIMARY KEY,
    parent        TEXT REFERENCES institutions (id),
    kind          TEXT NOT NULL,
    name          TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    closed_at_ms  BIGINT
);
CREATE INDEX institutions_by_parent ON institutions (parent);

CREATE TABLE persons (
    id            TEXT PRIMARY KEY,
    kind          TEXT NOT NULL,
    name          TEXT NOT NULL,
    institution   TEXT REFERENCES institutions (id),
    created_by    TEXT REFERENCES persons (id),
    created_at_ms BIGINT NOT NULL
);
CREATE INDEX persons_of_kind ON persons (kind, id);
CREATE INDEX persons_of_institution ON persons (institution, id);

-- That the identity of a reader was seen to; never the number of a document.
CREATE TABLE identity_checks (
    person         TEXT PRIMARY KEY REFERENCES persons (id),
    document       TEXT NOT NULL,
    verified_by    TEXT NOT NULL REFERENCES persons (id),
    verified_at_ms BIGINT NOT NULL
);

-- What a post allows never changes: other rights are another post. A scope that is NULL is every fonds or category.
CREATE TABLE posts (
    id            TEXT PRIMARY KEY,
    institution   TEXT NOT NULL REFERENCES institutions (id),
    role          TEXT NOT NULL,
    name          TEXT NOT NULL,
    fonds         TEXT,
    categories    TEXT,
    clearance     TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    closed_at_ms  BIGINT
);
CREATE INDEX posts_of_institution ON posts (institution, id);
CREATE INDEX posts_of_role ON posts (role);

CREATE TABLE holdings (
    id             TEXT PRIMARY KEY,
    person         TEXT NOT NULL REFERENCES persons (id),
    post           TEXT NOT NULL REFERENCES posts (id),
    from_ms        BIGINT NOT NULL,
    until_ms       BIGINT,
    replaces       TEXT REFERENCES holdings (id),
    origin         TEXT NOT NULL,
    proposed_by    TEXT REFERENCES persons (id),
    proposed_at_ms BIGINT NOT NULL,
    state          TEXT NOT NULL,
    settled_by     TEXT REFERENCES persons (id),
    settled_at_ms  BIGINT,
    ended_by       TEXT REFERENCES persons (id),
    ended_at_ms    BIGINT,
    reason         TEXT,
    -- agreed to by somebody else than who asked, unless the archive itself made it at its beginning
    CHECK (state <> 'agreed' OR origin <> 'proposal' OR (proposed_by IS NOT NULL AND settled_by IS NOT NULL AND settled_by <> proposed_by)),
    CHECK (settled_by IS NULL OR settled_by <> person)
);
CREATE INDEX holdings_of_person ON holdings (person, state);
CREATE INDEX holdings_of_post ON holdings (post, state);
CREATE INDEX holdings_by_state ON holdings (state, id);

ALTER TABLE accounts ADD COLUMN person TEXT REFERENCES persons (id);
ALTER TABLE accounts ADD COLUMN kind TEXT NOT NULL DEFAULT 'person';
ALTER TABLE accounts ADD COLUMN state TEXT NOT NULL DEFAULT 'inactive';
ALTER TABLE accounts ADD COLUMN expires_at_ms BIGINT;
ALTER TABLE accounts ADD COLUMN proposed_by TEXT REFERENCES persons (id);
ALTER TABLE accounts ADD COLUMN proposed_at_ms BIGINT;
ALTER TABLE accounts ADD COLUMN settled_by TEXT REFERENCES persons (id);
ALTER TABLE accounts ADD COLUMN settled_at_ms BIGINT;
ALTER TABLE accounts ADD COLUMN reason TEXT;
CREATE UNIQUE INDEX accounts_of_person ON accounts (person);
-- accounts of an earlier version go on working; the start adopts whoever has no person
UPDATE accounts SET state = 'active';

CREATE TABLE service_tokens (
    id             TEXT PRIMARY KEY,
    account        TEXT NOT NULL REFERENCES accounts (name),
    label          TEXT NOT NULL,
    digest         TEXT NOT NULL UNIQUE,
    role           TEXT NOT NULL,
    fonds          TEXT,
    categories     TEXT,
    clearance      TEXT NOT NULL,
    actions        TEXT NOT NULL,
    expires_at_ms  BIGINT NOT NULL,
    proposed_by    TEXT NOT NULL REFERENCES persons (id),
    proposed_at_ms BIGINT NOT NULL,
    state          TEXT NOT NULL,
    settled_by     TEXT REFERENCES persons (id),
    settled_at_ms  BIGINT,
    ended_by       TEXT REFERENCES persons (id),
    ended_at_ms    BIGINT,
    reason         TEXT,
    last_used_ms   BIGINT,
    CHECK (state <> 'agreed' OR (settled_by IS NOT NULL AND settled_by <> proposed_by))
);
CREATE INDEX service_tokens_of_account ON service_tokens (account, id);
CREATE INDEX service_tokens_by_state ON service_tokens (state, id);
