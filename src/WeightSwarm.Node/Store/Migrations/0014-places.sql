-- Version 14: the autonomous system and the country that the node is in.
ALTER TABLE label RENAME TO label_before;

CREATE TABLE label (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    operator TEXT NOT NULL,
    site TEXT NOT NULL,
    asn INTEGER NOT NULL,
    country TEXT NOT NULL
) STRICT;

INSERT INTO label SELECT id, operator, site, 0, '' FROM label_before;

DROP TABLE label_before;
