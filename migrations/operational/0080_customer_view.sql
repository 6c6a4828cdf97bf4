-- Numbers that are computed of each customer (`definition`: JSON of ComputedDefinition).
CREATE TABLE computed_attributes (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  definition TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, name)
);
-- How one customer is shown, and where the panel may be embedded (`body`: JSON of CustomerViewSettings).
CREATE TABLE customer_view_settings (
  workspace_id TEXT NOT NULL PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
  body TEXT NOT NULL,
  version BIGINT NOT NULL
);
-- Links to the panel of one customer that are valid for minutes; only the secret's hash is stored.
CREATE TABLE panel_links (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  hash TEXT NOT NULL,
  customer TEXT NOT NULL,
  principal TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, hash)
);
