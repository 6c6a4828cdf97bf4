-- Exports of the log: `request` is what was ordered (JSON of ExportRequest), `outcome` what became of it (JSON of Export). The file lies in
-- the workspace's folder and goes with the row a day later.
CREATE TABLE exports (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  state TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  request TEXT NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX exports_by_state ON exports (state);
