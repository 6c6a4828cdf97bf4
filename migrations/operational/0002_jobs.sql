-- Long work: what waits, runs and ended.
CREATE TABLE jobs (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  object TEXT NOT NULL,
  principal TEXT NOT NULL,
  state TEXT NOT NULL,
  progress DOUBLE PRECISION NOT NULL,
  stage TEXT NOT NULL,
  error_code TEXT,
  created_at BIGINT NOT NULL,
  finished_at BIGINT,
  PRIMARY KEY (workspace_id, id)
);
CREATE INDEX jobs_by_state ON jobs (state);
