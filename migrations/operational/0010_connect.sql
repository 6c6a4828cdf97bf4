-- Files that were uploaded; the bytes lie in the workspace's folder.
CREATE TABLE uploads (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  size_bytes BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
-- Source systems with the saved mapping of their files' columns (JSON of SourceMapping).
CREATE TABLE sources (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  mapping TEXT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, name)
);
-- Imports: `request` is what was ordered (JSON of ImportRequest), `outcome` what became of it (JSON of Import).
CREATE TABLE imports (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  source_id TEXT NOT NULL,
  state TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  request TEXT NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX imports_by_state ON imports (state);
