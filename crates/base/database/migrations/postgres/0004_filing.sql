-- Decisions by the table of classification, filing scope and retention (三合一). They come back from the vault, where
-- those that were taken together lie in one object, `batch`.

CREATE TABLE filing_decisions (
    batch      TEXT NOT NULL,
    number     BIGINT NOT NULL,
    id         TEXT NOT NULL UNIQUE,
    reference  TEXT NOT NULL,
    scheme     TEXT NOT NULL,
    row_id     TEXT NOT NULL,
    overridden BIGINT NOT NULL,
    document   TEXT NOT NULL,
    PRIMARY KEY (batch, number)
);
CREATE INDEX filing_decisions_by_reference ON filing_decisions (reference, id);
CREATE INDEX filing_decisions_by_override ON filing_decisions (overridden, id);
