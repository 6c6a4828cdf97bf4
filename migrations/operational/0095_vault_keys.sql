-- Of the vault. Former, wrong forms of identifiers, as keyed hashes (as those of tombstones): what comes under one belongs to `number`.
CREATE TABLE identity_aliases (
  workspace_id TEXT NOT NULL,
  hash TEXT NOT NULL,
  identity_no BIGINT NOT NULL,
  request_id TEXT NOT NULL,
  repeats BIGINT NOT NULL,
  last_repeat_at BIGINT,
  PRIMARY KEY (workspace_id, hash)
);
-- The keys of a workspace, sealed under the installation's. Number 0 is derived from the installation's and has no row. While a
-- new one takes over there are two; the older one's row is deleted when no page is under it.
CREATE TABLE workspace_keys (
  workspace_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  body TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, number)
);
ALTER TABLE identity_pages ADD COLUMN key_number BIGINT NOT NULL DEFAULT 0;
