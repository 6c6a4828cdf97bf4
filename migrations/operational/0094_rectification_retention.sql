-- Corrected values of customers' attributes (Art. 16): a later delivery of the wrong one is replaced. `wrong_hash`: keyed hash;
-- `right_sealed`: encrypted by the vault. One row an identity of the customer.
CREATE TABLE corrections (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  request_id TEXT NOT NULL,
  identity_no BIGINT NOT NULL,
  attribute TEXT NOT NULL,
  wrong_hash TEXT NOT NULL,
  right_sealed TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  repeats BIGINT NOT NULL,
  last_repeat_at BIGINT,
  last_repeat_source TEXT,
  PRIMARY KEY (workspace_id, request_id, identity_no)
);
-- How long events of a source, or values of an attribute, are kept. `subject`: id of the source or of the attribute.
CREATE TABLE retention_rules (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  months BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, kind, subject)
);
-- Each time that the rules were enforced. `effects`: JSON, by rule. `emptied`: JSON of the customers whose identifiers go with
-- their last event, as numbers, until that is done.
CREATE TABLE retention_runs (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  state TEXT NOT NULL,
  begun_by TEXT NOT NULL,
  begun_at BIGINT NOT NULL,
  finished_at BIGINT,
  effects TEXT NOT NULL,
  emptied TEXT NOT NULL,
  error_code TEXT,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX retention_runs_by_state ON retention_runs (state);
