-- Version 8: how often a donation's folder and the store agreed that what the store says of it is current.
CREATE TABLE donation_generation (
    donation BLOB PRIMARY KEY REFERENCES donation (id) ON DELETE CASCADE,
    number INTEGER NOT NULL
) STRICT;
