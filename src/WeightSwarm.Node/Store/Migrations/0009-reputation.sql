-- Version 9: since when others are known, who was reached, who is banned, who had a bad score.
CREATE TABLE acquaintance (
    node BLOB PRIMARY KEY,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX acquaintance_last ON acquaintance (last_ms);

CREATE TABLE reached_peer (
    node BLOB PRIMARY KEY,
    endpoint TEXT NOT NULL,
    reached_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE ban (
    node BLOB PRIMARY KEY,
    address BLOB NOT NULL,
    until_ms INTEGER NOT NULL,
    times INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE peer_score (
    node BLOB PRIMARY KEY,
    points INTEGER NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whoever is known by now has been so since this node joined, as far as anybody can tell.
INSERT INTO acquaintance (node, first_ms, last_ms)
SELECT author, (SELECT joined_ms FROM membership), expires_ms
FROM record WHERE kind = 3 AND EXISTS (SELECT 1 FROM membership);
