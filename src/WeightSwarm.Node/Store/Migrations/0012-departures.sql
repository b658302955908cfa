-- Version 12: how long those stayed who are forgotten by now.
CREATE TABLE departure (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    nodes INTEGER NOT NULL,
    departed INTEGER NOT NULL,
    watched_ms INTEGER NOT NULL,
    first_ms INTEGER NOT NULL
) STRICT;

INSERT INTO departure (id, nodes, departed, watched_ms, first_ms) VALUES (1, 0, 0, 0, 9223372036854775807);
