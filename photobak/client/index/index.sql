-- The index of one profile: what was where when it was last looked at, and what the cloud has confirmed.
-- File names are kept as bytes: they need not be UTF-8.

CREATE TABLE contents (
    sha256 BLOB PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('pending', 'stored', 'no-preview', 'trashed', 'forgotten')),
    uploaded_at REAL, -- Unix seconds of the last POST; NULL if the cloud had it already
    confirmed_at REAL, -- Unix seconds of the cloud's last answer; NULL while it is pending
    deleted_at REAL, -- Unix seconds; NULL unless its owner has deleted it, or if the cloud does not say when
    deleted_from TEXT, -- the device, or "gallery"
    trashed_until REAL, -- Unix seconds; NULL unless it is in the trash
    accepted INTEGER NOT NULL DEFAULT 0 -- 1 if this machine has made the deletion, told its owner of it, or was told so
) STRICT, WITHOUT ROWID;

CREATE INDEX oldest_confirmations ON contents (confirmed_at, sha256) WHERE state IN ('stored', 'no-preview');

CREATE VIEW kept_contents AS SELECT * FROM contents WHERE state IN ('stored', 'no-preview');
CREATE VIEW deleted_contents AS SELECT * FROM contents WHERE state IN ('trashed', 'forgotten');

CREATE INDEX pending_contents ON contents (sha256) WHERE state = 'pending';

CREATE TABLE files (
    folder BLOB NOT NULL,
    name BLOB NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    kind TEXT NOT NULL,
    content_type TEXT NOT NULL,
    extension TEXT NOT NULL,
    taken_at TEXT NOT NULL,
    taken_source TEXT NOT NULL,
    source TEXT NOT NULL, -- device:relative/path, as it is announced
    announced INTEGER NOT NULL, -- 1 once the cloud has answered the announcement of this source
    confirmed INTEGER NOT NULL DEFAULT 0, -- 1 if it is announced and the cloud has the content; read by every run
    PRIMARY KEY (folder, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX files_by_content ON files (sha256);
CREATE INDEX unconfirmed_files ON files (folder) WHERE NOT confirmed;

CREATE TRIGGER file_written AFTER INSERT ON files BEGIN
    UPDATE files SET confirmed = announced AND EXISTS (
        SELECT 1 FROM contents WHERE sha256 = NEW.sha256 AND state IN ('stored', 'no-preview')
    ) WHERE folder = NEW.folder AND name = NEW.name;
END;

CREATE TRIGGER content_changed AFTER UPDATE OF state ON contents BEGIN
    UPDATE files SET confirmed = announced AND NEW.state IN ('stored', 'no-preview') WHERE sha256 = NEW.sha256;
END;

CREATE TABLE former_sources ( -- sources that the record of a content may still name, though no file is there any more
    sha256 BLOB NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (sha256, source)
) STRICT, WITHOUT ROWID;

CREATE TABLE freed ( -- files that were moved to the system's trash on purpose: only the cloud has them
    folder BLOB NOT NULL,
    name BLOB NOT NULL,
    sha256 BLOB NOT NULL,
    freed_at REAL NOT NULL, -- Unix seconds
    PRIMARY KEY (folder, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX freed_by_content ON freed (sha256);

CREATE TRIGGER freed_file_is_back AFTER INSERT ON files BEGIN
    DELETE FROM freed WHERE folder = NEW.folder AND name = NEW.name;
END;

CREATE TABLE roots ( -- folders that were backed up as a whole, each with what its sources begin with
    path BLOB PRIMARY KEY,
    label BLOB NOT NULL UNIQUE -- empty for the first
) STRICT, WITHOUT ROWID;

CREATE TABLE runs (
    finished_at REAL PRIMARY KEY, -- Unix seconds
    summary TEXT NOT NULL -- JSON
) STRICT, WITHOUT ROWID;

CREATE TABLE marks ( -- how far the confirmations are: 'feed', 'rotated_at', 'began_at' and 'unfinished' (see confirmations.py)
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
