-- The audit log as a chain: each entry's number in its workspace and the hash of it and the one before. Entries of earlier
-- releases have number 0 and stand before the chain.
ALTER TABLE audit_log ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit_log ADD COLUMN hash TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_log_chain ON audit_log (workspace_id, number);
-- Keyed hashes of erased identifiers (in the vault). Identities up to `up_to_no` are meant: the same identifier may come again
-- later, where the workspace lets it.
CREATE TABLE tombstones (
  workspace_id TEXT NOT NULL,
  hash TEXT NOT NULL,
  up_to_no BIGINT NOT NULL,
  erased_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, hash)
);
-- What customers asked for (access, erasure, objection …). `subjects`: JSON of customers as numbers and pseudonyms. `sealed`:
-- their identifiers, encrypted by the vault, only while the work needs them. `proof`: JSON of what was done and when.
CREATE TABLE privacy_requests (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  note TEXT NOT NULL,
  subjects TEXT NOT NULL,
  sealed TEXT,
  details TEXT NOT NULL,
  proof TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  hidden_at BIGINT,
  finished_at BIGINT,
  purge_at BIGINT,
  error_code TEXT,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX privacy_requests_by_state ON privacy_requests (state);
-- What a customer said to a purpose, the latest; and each change of it.
CREATE TABLE consents (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  identity_no BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  granted BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  source_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, identity_no, purpose)
);
CREATE TABLE consent_changes (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  identity_no BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  granted BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  source_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX consent_changes_of ON consent_changes (workspace_id, identity_no);
-- Settings of a workspace (JSON) and of a source (JSON): legal basis, scrubbing.
CREATE TABLE privacy_settings (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  subject TEXT NOT NULL,
  settings TEXT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, subject)
);
