-- Version 11: the models that the owner declines.
CREATE TABLE decline_rule (
    number INTEGER PRIMARY KEY,
    licence TEXT NOT NULL,
    larger_than INTEGER NOT NULL,
    name TEXT NOT NULL,
    hazard TEXT NOT NULL,
    reason TEXT NOT NULL,
    since_ms INTEGER NOT NULL
) STRICT;
