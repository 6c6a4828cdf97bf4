-- What became of everything that came in: counts that are only added to. Days are local dates of the workspace, counted
-- from 1970-01-01; event_day is that of the event's own time, or the day of arrival where that cannot be read. batch is the
-- import, empty for live events; outcome is stored, known (a repeat) or rejected, then with the reason's code.
CREATE TABLE intake_counts (
  workspace_id TEXT NOT NULL,
  source_id TEXT NOT NULL,
  arrived_day BIGINT NOT NULL,
  event_day BIGINT NOT NULL,
  batch TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  events BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, source_id, arrived_day, event_day, batch, outcome, reason)
);
CREATE INDEX intake_counts_by_event_day ON intake_counts (workspace_id, event_day);

-- The last few live events that each source had rejected for each reason, without anything of the customer.
CREATE TABLE intake_rejects (
  workspace_id TEXT NOT NULL,
  source_id TEXT NOT NULL,
  code TEXT NOT NULL,
  slot BIGINT NOT NULL,
  at BIGINT NOT NULL,
  event_type TEXT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (workspace_id, source_id, code, slot)
);

-- What sources say that they count, by day.
CREATE TABLE reported_counts (
  workspace_id TEXT NOT NULL,
  source_id TEXT NOT NULL,
  day BIGINT NOT NULL,
  events BIGINT NOT NULL,
  reported_by TEXT NOT NULL,
  reported_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, source_id, day)
);
