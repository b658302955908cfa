-- Version 13: what audits of others found, and the signed answers that failed.
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
