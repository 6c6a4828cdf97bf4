-- Connectors: sources that Lotse asks on a schedule. `secret` is sealed (privacy/seal.h); `place` (JSON) is where the next run
-- begins; `pending` (JSON) is the place behind an import that may have become visible without being noted here.
CREATE TABLE connectors (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  source_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  settings TEXT NOT NULL,
  mapping TEXT NOT NULL,
  schedule TEXT NOT NULL,
  secret TEXT NOT NULL,
  paused BIGINT NOT NULL,
  place TEXT NOT NULL,
  pending TEXT NOT NULL,
  next_run_at BIGINT NOT NULL,
  failures BIGINT NOT NULL,
  current_as_of BIGINT,
  behind TEXT,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, source_id) REFERENCES sources (workspace_id, id)
);
CREATE INDEX connectors_due ON connectors (next_run_at);
-- Their runs: `outcome` is JSON of ConnectorRun. The latest are kept.
CREATE TABLE connector_runs (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  connector_id TEXT NOT NULL,
  state TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, connector_id) REFERENCES connectors (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX connector_runs_of ON connector_runs (workspace_id, connector_id, started_at);
-- Files that a watched folder gave, so that each is taken once.
CREATE TABLE connector_files (
  workspace_id TEXT NOT NULL,
  connector_id TEXT NOT NULL,
  name TEXT NOT NULL,
  size_bytes BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (workspace_id, connector_id, name, hash),
  FOREIGN KEY (workspace_id, connector_id) REFERENCES connectors (workspace_id, id) ON DELETE CASCADE
);
-- Hosts in private networks that a workspace's connectors may reach (JSON list).
CREATE TABLE connector_rules (
  workspace_id TEXT NOT NULL PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
  allowed_hosts TEXT NOT NULL
);
