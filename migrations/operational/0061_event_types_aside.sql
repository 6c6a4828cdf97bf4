-- Event types that nobody has assigned and that people have put aside, by the id of their own touchpoint.
CREATE TABLE event_types_aside (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
