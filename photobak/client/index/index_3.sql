-- From schema 2: what needs no second look is kept with each file, rather than looked up for each file of each run.

ALTER TABLE files ADD COLUMN done INTEGER NOT NULL DEFAULT 0;

CREATE INDEX files_to_do ON files (folder) WHERE NOT done;

CREATE TRIGGER file_written AFTER INSERT ON files BEGIN
    UPDATE files SET done = told AND EXISTS (
        SELECT 1 FROM contents WHERE sha256 = NEW.sha256 AND state IN ('stored', 'no-preview')
    ) WHERE folder = NEW.folder AND name = NEW.name;
END;

CREATE TRIGGER content_changed AFTER UPDATE OF state ON contents BEGIN
    UPDATE files SET done = told AND NEW.state IN ('stored', 'no-preview') WHERE sha256 = NEW.sha256;
END;

UPDATE files SET done = told AND EXISTS (
    SELECT 1 FROM contents WHERE sha256 = files.sha256 AND state IN ('stored', 'no-preview')
);
