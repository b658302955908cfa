-- Version 3: files that an unfinished `add` has hashed.
CREATE TABLE ingest (
    torrent TEXT NOT NULL,
    piece_length INTEGER NOT NULL,
    padded INTEGER NOT NULL,
    path TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    root BLOB NOT NULL,
    pieces_v1 BLOB NOT NULL,
    layer BLOB NOT NULL,
    done_ms INTEGER NOT NULL,
    PRIMARY KEY (torrent, piece_length, padded, path)
) STRICT;
