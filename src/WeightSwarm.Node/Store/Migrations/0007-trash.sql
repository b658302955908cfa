-- Version 7: what was given up and not deleted yet; deadlines of owners; whether the node drains.
CREATE TABLE local_trash (
    local_model INTEGER NOT NULL REFERENCES local_model (id) ON DELETE CASCADE,
    slice INTEGER NOT NULL,
    trashed_ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    copies_left INTEGER NOT NULL,
    unproven INTEGER NOT NULL,
    emptying INTEGER NOT NULL,
    PRIMARY KEY (local_model, slice)
) STRICT, WITHOUT ROWID;

CREATE TABLE donation_deadline (
    donation BLOB PRIMARY KEY REFERENCES donation (id) ON DELETE CASCADE,
    deadline_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE drain (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    since_ms INTEGER NOT NULL,
    deadline_ms INTEGER
) STRICT;
