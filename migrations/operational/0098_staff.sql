-- Which attributes name staff, and the agreement with the works council about it (`body`: JSON of access::StaffRules).
CREATE TABLE staff_rules (
  workspace_id TEXT NOT NULL PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
  body TEXT NOT NULL,
  version BIGINT NOT NULL
);
