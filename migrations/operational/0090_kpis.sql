-- KPIs whose values other systems deliver. A KPI belongs to a source: the data set with its owner, system and purpose.
CREATE TABLE kpis (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  key TEXT NOT NULL,
  source_id TEXT NOT NULL,
  definition TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, key)
);
-- One delivered number. period_start: days since 1970-01-01; market, unit, touchpoint: empty where the number is of all of them;
-- benchmark: whose number it is, empty for our own.
CREATE TABLE kpi_values (
  workspace_id TEXT NOT NULL,
  kpi_id TEXT NOT NULL,
  granularity TEXT NOT NULL,
  period_start BIGINT NOT NULL,
  market TEXT NOT NULL,
  unit TEXT NOT NULL,
  touchpoint TEXT NOT NULL,
  benchmark TEXT NOT NULL,
  value DOUBLE PRECISION NOT NULL,
  n DOUBLE PRECISION,
  version BIGINT NOT NULL,
  delivered_by TEXT NOT NULL,
  delivered_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, kpi_id, granularity, period_start, market, unit, touchpoint, benchmark),
  FOREIGN KEY (workspace_id, kpi_id) REFERENCES kpis (workspace_id, id) ON DELETE CASCADE
);
-- What a number was before it was replaced or withdrawn (then new_value is NULL).
CREATE TABLE kpi_corrections (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  kpi_id TEXT NOT NULL,
  granularity TEXT NOT NULL,
  period_start BIGINT NOT NULL,
  market TEXT NOT NULL,
  unit TEXT NOT NULL,
  touchpoint TEXT NOT NULL,
  benchmark TEXT NOT NULL,
  old_value DOUBLE PRECISION NOT NULL,
  old_n DOUBLE PRECISION,
  old_by TEXT NOT NULL,
  old_at BIGINT NOT NULL,
  new_value DOUBLE PRECISION,
  new_n DOUBLE PRECISION,
  replaced_by TEXT NOT NULL,
  replaced_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, kpi_id) REFERENCES kpis (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX kpi_corrections_of ON kpi_corrections (workspace_id, kpi_id, replaced_at);
