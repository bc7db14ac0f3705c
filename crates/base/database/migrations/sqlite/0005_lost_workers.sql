-- Jobs whose worker vanished: how often since the work last got further, and how far it had got then.
ALTER TABLE jobs ADD COLUMN lost BIGINT NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN progress BIGINT NOT NULL DEFAULT 0;
