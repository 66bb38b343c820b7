-- From schema 1: contents may lie in the cloud's trash; a place is known before the cloud has heard of it; places that
-- contents have left are remembered until the cloud has heard of it.

CREATE TABLE new_contents (
    sha256 BLOB PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('pending', 'stored', 'no-preview', 'trashed')),
    uploaded_at REAL,
    confirmed_at REAL
) STRICT, WITHOUT ROWID;
INSERT INTO new_contents SELECT sha256, state, uploaded_at, confirmed_at FROM contents;
DROP TABLE contents;
ALTER TABLE new_contents RENAME TO contents;
CREATE INDEX IF NOT EXISTS pending_contents ON contents (sha256) WHERE state = 'pending';

ALTER TABLE files ADD COLUMN told INTEGER NOT NULL DEFAULT 1; -- until then only announced files were kept

CREATE TABLE left_places (
    sha256 BLOB NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (sha256, source)
) STRICT, WITHOUT ROWID;
