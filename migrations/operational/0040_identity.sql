-- What may be joined into one customer, and what persons decided about single joins. Numbers are those of the identity vault.
CREATE TABLE identity_rules (
  workspace_id TEXT NOT NULL PRIMARY KEY,
  rules TEXT NOT NULL,
  version BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL
);
-- second_no 0: about one identifier and all that it would join.
CREATE TABLE identity_decisions (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  verdict TEXT NOT NULL,
  first_no BIGINT NOT NULL,
  second_no BIGINT NOT NULL,
  reason TEXT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  UNIQUE (workspace_id, first_no, second_no)
);
