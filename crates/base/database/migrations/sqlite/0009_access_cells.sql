-- What of a record decides who may know of it, as one number: 10 x opening status + 2 x classification + personal-data
-- mark. It takes the place of the mark "public": the gate answers for every viewer with a filter over fonds, category
-- and cell, and counts are kept by these, so that each viewer is told the count of what they see.

ALTER TABLE records ADD COLUMN access_cell BIGINT NOT NULL DEFAULT 0;
UPDATE records SET access_cell =
    CASE open_status
        WHEN 'unreviewed' THEN 0 WHEN 'not_due' THEN 10 WHEN 'open' THEN 20 WHEN 'open_early' THEN 30
        WHEN 'open_masked' THEN 40 WHEN 'open_catalogue_only' THEN 50 WHEN 'delayed' THEN 60 ELSE 70 END
    + CASE json_extract(document, '$.description.classification')
        WHEN 'internal' THEN 2 WHEN 'confidential' THEN 4 WHEN 'secret' THEN 6 WHEN 'top_secret' THEN 8 ELSE 0 END;

DROP INDEX public_records_in_fonds;
DROP INDEX records_in_fonds;
ALTER TABLE records DROP COLUMN public_entry;
ALTER TABLE fonds DROP COLUMN public_records;
-- cell and category stand in the index, so that a page of what one may see is found without reading the others
CREATE INDEX records_in_fonds ON records (fonds, sort_code, access_cell, category);

CREATE TABLE fonds_cells (
    fonds    TEXT NOT NULL REFERENCES fonds (number),
    category TEXT NOT NULL,
    cell     BIGINT NOT NULL,
    records  BIGINT NOT NULL,
    PRIMARY KEY (fonds, category, cell)
);
INSERT INTO fonds_cells (fonds, category, cell, records)
    SELECT fonds, category, access_cell, COUNT(*) FROM records GROUP BY fonds, category, access_cell;
