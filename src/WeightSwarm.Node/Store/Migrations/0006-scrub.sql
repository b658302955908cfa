-- Version 6: own data read again, what was found, and which donations are drained for it.
CREATE TABLE scrub_read (
    local_model INTEGER NOT NULL REFERENCES local_model (id) ON DELETE CASCADE,
    slice INTEGER NOT NULL,
    read_ms INTEGER NOT NULL,
    PRIMARY KEY (local_model, slice)
) STRICT, WITHOUT ROWID;

CREATE TABLE scrub_cursor (
    local_model INTEGER PRIMARY KEY REFERENCES local_model (id) ON DELETE CASCADE,
    slice INTEGER NOT NULL,
    piece INTEGER NOT NULL,
    started_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE doubted_slice (
    local_model INTEGER NOT NULL REFERENCES local_model (id) ON DELETE CASCADE,
    slice INTEGER NOT NULL,
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (local_model, slice)
) STRICT, WITHOUT ROWID;

CREATE TABLE disk_fault (
    id INTEGER PRIMARY KEY,
    folder TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    bad_pieces INTEGER NOT NULL,
    what TEXT NOT NULL
) STRICT;

CREATE INDEX disk_fault_folder ON disk_fault (folder, at_ms);

CREATE TABLE donation_drain (
    donation BLOB PRIMARY KEY REFERENCES donation (id) ON DELETE CASCADE,
    since_ms INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT;
