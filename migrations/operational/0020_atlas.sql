-- The company's own touchpoints and the ordered rules that map events to them.
CREATE TABLE touchpoints (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  channel TEXT,
  owner TEXT,
  description TEXT,
  direction TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, name)
);

-- position: rules are tried in its order; conditions: JSON {event_types, sources, properties}.
CREATE TABLE mapping_rules (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  position BIGINT NOT NULL,
  touchpoint TEXT NOT NULL,
  conditions TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, touchpoint) REFERENCES touchpoints (workspace_id, id)
);

-- Grows by one with each change of a touchpoint or a rule.
CREATE TABLE mapping_versions (
  workspace_id TEXT NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL
);
