-- The whole schema at the newest version. Migrations/ brings older files to the same state; a test compares the two.
-- Times are Unix milliseconds; ids and hashes are their bytes; unsigned numbers above 2^63 are stored by their bits.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value ANY NOT NULL
) STRICT;

CREATE TABLE membership (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    network BLOB NOT NULL,
    charter BLOB NOT NULL,
    joined_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE invite_peer (
    endpoint TEXT PRIMARY KEY,
    node BLOB
) STRICT;

CREATE TABLE sequence (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    reserved INTEGER NOT NULL
) STRICT;

CREATE TABLE record (
    author BLOB NOT NULL,
    kind INTEGER NOT NULL,
    subject BLOB NOT NULL,
    seq INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    envelope BLOB NOT NULL,
    PRIMARY KEY (author, kind, subject)
) STRICT;

CREATE INDEX record_expires ON record (expires_ms);

CREATE TABLE donation (
    id BLOB PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    quota_bytes INTEGER NOT NULL,
    reserve_bytes INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    is_returning INTEGER NOT NULL
) STRICT;

CREATE TABLE local_model (
    id INTEGER PRIMARY KEY,
    model BLOB NOT NULL,
    folder TEXT NOT NULL,
    donation BLOB REFERENCES donation (id),
    resume BLOB NOT NULL,
    UNIQUE (model, folder)
) STRICT;

CREATE TABLE local_slice (
    local_model INTEGER NOT NULL REFERENCES local_model (id) ON DELETE CASCADE,
    slice INTEGER NOT NULL,
    verified_ms INTEGER NOT NULL,
    PRIMARY KEY (local_model, slice)
) STRICT, WITHOUT ROWID;

CREATE TABLE local_file (
    local_model INTEGER NOT NULL REFERENCES local_model (id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    inode INTEGER NOT NULL,
    PRIMARY KEY (local_model, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE peer (
    node BLOB PRIMARY KEY,
    endpoint TEXT NOT NULL,
    last_success_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE anchor (
    rank INTEGER PRIMARY KEY,
    node BLOB NOT NULL,
    endpoint TEXT NOT NULL
) STRICT;

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

CREATE TABLE limit_rule (
    rank INTEGER PRIMARY KEY,
    windows TEXT NOT NULL UNIQUE,
    up_bytes INTEGER,
    down_bytes INTEGER
) STRICT;

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

CREATE TABLE scrub_read (
    local_model INTEGER NOT NULL REFERENCES local_model (id) ON DELETE CASCADE,
    slice INTEGER NOT NULL,
    read_ms INTEGER NOT NULL,
    PRIMARY KEY (local_model, slice)
) STRICT, WITHOUT ROWID;

CREATE TABLE scrub_cursor (
    local_model INTEGER PRIMARY KEY REFERENCES local_model (id) ON DELETE CASCADE,
    slice INTEGER NOT NULL,
    piece INTEGER NOT NULL,
    started_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE doubted_slice (
    local_model INTEGER NOT NULL REFERENCES local_model (id) ON DELETE CASCADE,
    slice INTEGER NOT NULL,
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (local_model, slice)
) STRICT, WITHOUT ROWID;

CREATE TABLE disk_fault (
    id INTEGER PRIMARY KEY,
    folder TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    bad_pieces INTEGER NOT NULL,
    what TEXT NOT NULL
) STRICT;

CREATE INDEX disk_fault_folder ON disk_fault (folder, at_ms);

CREATE TABLE donation_drain (
    donation BLOB PRIMARY KEY REFERENCES donation (id) ON DELETE CASCADE,
    since_ms INTEGER NOT NULL,
    reason TEXT NOT NULL
) STRICT;

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

CREATE TABLE donation_generation (
    donation BLOB PRIMARY KEY REFERENCES donation (id) ON DELETE CASCADE,
    number INTEGER NOT NULL
) STRICT;

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

CREATE TABLE label (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    operator TEXT NOT NULL,
    site TEXT NOT NULL,
    asn INTEGER NOT NULL,
    country TEXT NOT NULL
) STRICT;

CREATE TABLE decline_rule (
    number INTEGER PRIMARY KEY,
    licence TEXT NOT NULL,
    larger_than INTEGER NOT NULL,
    name TEXT NOT NULL,
    hazard TEXT NOT NULL,
    reason TEXT NOT NULL,
    since_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE departure (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    nodes INTEGER NOT NULL,
    departed INTEGER NOT NULL,
    watched_ms INTEGER NOT NULL,
    first_ms INTEGER NOT NULL
) STRICT;

INSERT INTO departure (id, nodes, departed, watched_ms, first_ms) VALUES (1, 0, 0, 0, 9223372036854775807);

CREATE TABLE audit_copy (
    holder BLOB NOT NULL,
    model BLOB NOT NULL,
    slice INTEGER NOT NULL,
    passed_ms INTEGER NOT NULL,
    failed_ms INTEGER NOT NULL,
    fault TEXT NOT NULL,
    denied_ms INTEGER NOT NULL,
    denied_start_ms INTEGER NOT NULL,
    restart_ms INTEGER NOT NULL,
    leaves_since INTEGER NOT NULL,
    passes INTEGER NOT NULL,
    fails INTEGER NOT NULL,
    unclear INTEGER NOT NULL,
    offline INTEGER NOT NULL,
    PRIMARY KEY (holder, model, slice)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit_evidence (
    holder BLOB NOT NULL,
    model BLOB NOT NULL,
    slice INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    fault TEXT NOT NULL,
    challenge BLOB NOT NULL,
    answer BLOB NOT NULL,
    PRIMARY KEY (holder, model, slice)
) STRICT;
