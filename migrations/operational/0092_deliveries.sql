-- Deliveries: what Lotse gives to other systems. `what` and `target` are JSON (DeliveryWhat, DeliveryWhere), `schedule` is JSON or empty
-- (by hand alone); `secret` is sealed. `place` (JSON) is what was delivered so far, `pending` (JSON) what a run has begun to deliver: the
-- next one delivers exactly that first.
CREATE TABLE deliveries (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  what TEXT NOT NULL,
  target TEXT NOT NULL,
  schedule TEXT NOT NULL,
  secret TEXT NOT NULL,
  paused BIGINT NOT NULL,
  place TEXT NOT NULL,
  pending TEXT NOT NULL,
  next_run_at BIGINT,
  failures BIGINT NOT NULL,
  current_as_of BIGINT,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, name)
);
CREATE INDEX deliveries_due ON deliveries (next_run_at);
-- Their runs: `outcome` is JSON of DeliveryRun. The latest are kept.
CREATE TABLE delivery_runs (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  delivery_id TEXT NOT NULL,
  state TEXT NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, delivery_id) REFERENCES deliveries (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX delivery_runs_of ON delivery_runs (workspace_id, delivery_id);
-- Who was delivered as a member of an audience and has not been taken back.
CREATE TABLE delivery_members (
  workspace_id TEXT NOT NULL,
  delivery_id TEXT NOT NULL,
  customer_no BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, delivery_id, customer_no),
  FOREIGN KEY (workspace_id, delivery_id) REFERENCES deliveries (workspace_id, id) ON DELETE CASCADE
);
