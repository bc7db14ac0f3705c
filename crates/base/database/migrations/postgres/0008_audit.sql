-- The audit trail: a chain of events, what was retired of it, alerts about it.

-- Size and last hash of the chain; up to where the journal holds it; up to where its retention rule removed it; up to
-- where alerts were looked for.
CREATE TABLE audit_head (
    only_row       INTEGER PRIMARY KEY CHECK (only_row = 1),
    size           BIGINT NOT NULL,
    hash           TEXT NOT NULL,
    anchored_seq   BIGINT NOT NULL DEFAULT 0,
    anchored_at_ms BIGINT NOT NULL DEFAULT 0,
    retired_seq    BIGINT NOT NULL DEFAULT 0,
    alerts_seq     BIGINT NOT NULL DEFAULT 0
);
INSERT INTO audit_head (only_row, size, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

-- The body is what is hashed; the other columns repeat parts of it for searching.
CREATE TABLE audit_events (
    seq            BIGINT PRIMARY KEY,
    time_ms        BIGINT NOT NULL,
    class          TEXT NOT NULL,
    actor          TEXT NOT NULL,
    action         TEXT NOT NULL,
    object_kind    TEXT,
    object_id      TEXT,
    archival_code  TEXT,
    fonds          TEXT,
    source_address TEXT,
    outcome        TEXT NOT NULL,
    hash           TEXT NOT NULL,
    body           TEXT NOT NULL
);
CREATE INDEX audit_events_by_time ON audit_events (time_ms, seq);
CREATE INDEX audit_events_of_actor ON audit_events (actor, seq);
CREATE INDEX audit_events_of_object ON audit_events (object_id, seq);
CREATE INDEX audit_events_of_code ON audit_events (archival_code, seq);
CREATE INDEX audit_events_by_class ON audit_events (class, outcome, seq);

CREATE FUNCTION audit_events_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.seq <= (SELECT retired_seq FROM audit_head) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'events of the audit trail are not changed or removed';
END $$;
CREATE TRIGGER audit_events_are_kept BEFORE UPDATE OR DELETE ON audit_events
FOR EACH ROW EXECUTE FUNCTION audit_events_are_kept();

-- Which fonds an account reads: what is outside of it is unusual.
CREATE TABLE audit_habits (
    actor    TEXT NOT NULL,
    fonds    TEXT NOT NULL,
    first_ms BIGINT NOT NULL,
    last_ms  BIGINT NOT NULL,
    events   BIGINT NOT NULL,
    PRIMARY KEY (actor, fonds)
);

CREATE TABLE audit_alerts (
    id                 TEXT PRIMARY KEY,
    rule               TEXT NOT NULL,
    subject_kind       TEXT NOT NULL,
    subject            TEXT NOT NULL,
    fonds              TEXT,
    first_seq          BIGINT NOT NULL,
    last_seq           BIGINT NOT NULL,
    events             BIGINT NOT NULL,
    raised_at_ms       BIGINT NOT NULL,
    last_at_ms         BIGINT NOT NULL,
    acknowledged_by    TEXT,
    acknowledged_at_ms BIGINT,
    reason             TEXT
);
CREATE INDEX audit_alerts_by_time ON audit_alerts (raised_at_ms DESC, id DESC);
CREATE INDEX audit_alerts_of_subject ON audit_alerts (rule, subject, last_at_ms);

CREATE TABLE audit_retirements (
    id             TEXT PRIMARY KEY,
    up_to_seq      BIGINT NOT NULL,
    hash           TEXT NOT NULL,
    reason         TEXT NOT NULL,
    rules          TEXT NOT NULL,
    proposed_by    TEXT NOT NULL,
    proposed_name  TEXT NOT NULL,
    proposed_at_ms BIGINT NOT NULL,
    state          TEXT NOT NULL,
    decided_by     TEXT,
    decided_name   TEXT,
    decided_at_ms  BIGINT
);
CREATE INDEX audit_retirements_by_time ON audit_retirements (proposed_at_ms DESC, id DESC);
