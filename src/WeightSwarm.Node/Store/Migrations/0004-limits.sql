-- Version 4: the owner's bandwidth limits.
CREATE TABLE limit_rule (
    rank INTEGER PRIMARY KEY,
    windows TEXT NOT NULL UNIQUE,
    up_bytes INTEGER,
    down_bytes INTEGER
) STRICT;
