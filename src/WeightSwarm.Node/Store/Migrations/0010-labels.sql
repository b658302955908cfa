-- Version 10: whose the node is, and where it stands.
CREATE TABLE label (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    operator TEXT NOT NULL,
    site TEXT NOT NULL
) STRICT;
