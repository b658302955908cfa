-- Version 2: anchors, the neighbours to dial first after a start.
CREATE TABLE anchor (
    rank INTEGER PRIMARY KEY,
    node BLOB NOT NULL,
    endpoint TEXT NOT NULL
) STRICT;
