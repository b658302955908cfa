-- Version 5: how trial restores ended.
CREATE TABLE restore_drill (
    id INTEGER PRIMARY KEY,
    model BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    took_ms INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    ok INTEGER NOT NULL,
    outcome TEXT NOT NULL
) STRICT;

CREATE INDEX restore_drill_model ON restore_drill (model, id);
