-- name: identity_rules_get
SELECT r.rules, r.version, COALESCE(u.name, ''), r.changed_at
FROM identity_rules r LEFT JOIN users u ON u.id = r.changed_by
WHERE r.workspace_id = :workspace_id;

-- name: identity_rules_set
INSERT INTO identity_rules (workspace_id, rules, version, changed_by, changed_at)
VALUES (:workspace_id, :rules, :version, :changed_by, :now)
ON CONFLICT (workspace_id) DO UPDATE SET rules = :rules, version = :version, changed_by = :changed_by, changed_at = :now;

-- name: identity_decision_list
SELECT d.id, d.verdict, d.first_no, d.second_no, d.reason, COALESCE(u.name, ''), d.created_at
FROM identity_decisions d LEFT JOIN users u ON u.id = d.created_by
WHERE d.workspace_id = :workspace_id
ORDER BY d.created_at DESC, d.id DESC;

-- name: identity_decision_set
INSERT INTO identity_decisions (workspace_id, id, verdict, first_no, second_no, reason, created_by, created_at)
VALUES (:workspace_id, :id, :verdict, :first_no, :second_no, :reason, :created_by, :now)
ON CONFLICT (workspace_id, first_no, second_no) DO UPDATE SET id = :id, verdict = :verdict, reason = :reason, created_by = :created_by, created_at = :now;

-- name: identity_decision_delete
DELETE FROM identity_decisions WHERE workspace_id = :workspace_id AND id = :id;

-- name: identity_decision_forget
DELETE FROM identity_decisions WHERE workspace_id = :workspace_id AND (first_no = :number OR second_no = :number);

-- name: identity_decisions_of
SELECT verdict, reason, created_at FROM identity_decisions
WHERE workspace_id = :workspace_id AND (first_no = :number OR second_no = :number) ORDER BY created_at, id;
