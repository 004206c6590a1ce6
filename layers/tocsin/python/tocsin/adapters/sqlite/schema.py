"""The tables of the file, and the version of their form."""

# Kept in the file's user_version; a file of a newer form is not opened.
VERSION = 2
# What a file of each earlier form lacks, by the form that has it.
UPGRADES = {2: "ALTER TABLE groups ADD COLUMN thread BLOB;"}

SCHEMA = """
CREATE TABLE messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, tenant TEXT NOT NULL,
  body TEXT NOT NULL, visible_at_s REAL NOT NULL, receives INTEGER NOT NULL DEFAULT 0);
CREATE TABLE letters (
  queue TEXT NOT NULL, id TEXT NOT NULL, tenant TEXT NOT NULL, body TEXT NOT NULL,
  error TEXT NOT NULL, reason TEXT NOT NULL, first_at_s REAL NOT NULL, deaths INTEGER NOT NULL,
  again_at_s REAL, PRIMARY KEY (queue, id));
CREATE INDEX letters_by_time ON letters (again_at_s) WHERE again_at_s IS NOT NULL;
CREATE TABLE blobs (key TEXT PRIMARY KEY, data BLOB NOT NULL, at_s REAL NOT NULL);
CREATE INDEX blobs_by_time ON blobs (at_s);
CREATE TABLE archive (key TEXT PRIMARY KEY, data BLOB NOT NULL, at_s REAL NOT NULL);
CREATE INDEX archive_by_time ON archive (at_s);
CREATE TABLE marks (key TEXT PRIMARY KEY, doc BLOB NOT NULL, expires_at_s REAL NOT NULL)
  WITHOUT ROWID;
CREATE INDEX marks_by_end ON marks (expires_at_s);
CREATE TABLE groups (
  id TEXT PRIMARY KEY, tenant TEXT NOT NULL, key BLOB NOT NULL, version INTEGER NOT NULL,
  config_version INTEGER NOT NULL, urgent INTEGER NOT NULL, inhibits INTEGER NOT NULL,
  first_flush_at_s REAL NOT NULL, flushed_at_s REAL NOT NULL DEFAULT 0,
  notified_at_s REAL NOT NULL DEFAULT 0, muted BLOB, intent BLOB,
  lease_owner TEXT NOT NULL DEFAULT '', lease_until_s REAL NOT NULL DEFAULT 0, holders BLOB,
  thread BLOB, resolve_due_at_s REAL, poke_due_at_s REAL, expires_at_s REAL) WITHOUT ROWID;
CREATE INDEX groups_by_resolve ON groups (resolve_due_at_s) WHERE resolve_due_at_s IS NOT NULL;
CREATE INDEX groups_by_poke ON groups (poke_due_at_s) WHERE poke_due_at_s IS NOT NULL;
CREATE INDEX groups_by_end ON groups (expires_at_s) WHERE expires_at_s IS NOT NULL;
CREATE INDEX groups_leased ON groups (lease_owner) WHERE lease_owner != '';
CREATE TABLE members (
  group_id TEXT NOT NULL, fingerprint TEXT NOT NULL, doc BLOB NOT NULL,
  PRIMARY KEY (group_id, fingerprint)) WITHOUT ROWID;
CREATE TABLE told (
  group_id TEXT NOT NULL, fingerprint TEXT NOT NULL, doc BLOB NOT NULL,
  PRIMARY KEY (group_id, fingerprint)) WITHOUT ROWID;
CREATE TABLE journal (
  tenant TEXT NOT NULL, at_ms INTEGER NOT NULL, name TEXT NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY (tenant, at_ms, name)) WITHOUT ROWID;
CREATE INDEX journal_by_time ON journal (at_ms);
CREATE TABLE configs (
  tenant TEXT NOT NULL, version INTEGER NOT NULL, doc BLOB NOT NULL,
  source_sha256 TEXT NOT NULL, applied_at_s REAL NOT NULL, PRIMARY KEY (tenant, version));
CREATE TABLE requests (
  tenant TEXT NOT NULL, request TEXT NOT NULL, digest TEXT NOT NULL, expires_at_s REAL NOT NULL,
  PRIMARY KEY (tenant, request)) WITHOUT ROWID;
CREATE TABLE stamps (
  tenant TEXT NOT NULL, key_id TEXT NOT NULL, at_s REAL NOT NULL,
  PRIMARY KEY (tenant, key_id)) WITHOUT ROWID;
CREATE TABLE breakers (
  key TEXT PRIMARY KEY, version INTEGER NOT NULL, doc BLOB NOT NULL, expires_at_s REAL NOT NULL)
  WITHOUT ROWID;
CREATE TABLE silences (
  tenant TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, doc BLOB NOT NULL,
  delete_at_s REAL NOT NULL, PRIMARY KEY (tenant, id)) WITHOUT ROWID;
"""
