-- What a workspace expects of its events (JSON of TrackingPlanRequest).
CREATE TABLE tracking_plans (
  workspace_id TEXT NOT NULL PRIMARY KEY,
  plan TEXT NOT NULL,
  version BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);

-- How often events differed from it, by the day of their arrival; kind "checked" counts all events of the type that were
-- looked at. batch is the import, empty for live events. example holds the form of a value, never the value.
CREATE TABLE plan_findings (
  workspace_id TEXT NOT NULL,
  source_id TEXT NOT NULL,
  arrived_day BIGINT NOT NULL,
  batch TEXT NOT NULL,
  event_type TEXT NOT NULL,
  property TEXT NOT NULL,
  kind TEXT NOT NULL,
  events BIGINT NOT NULL,
  example TEXT NOT NULL,
  PRIMARY KEY (workspace_id, source_id, arrived_day, batch, event_type, property, kind)
);
