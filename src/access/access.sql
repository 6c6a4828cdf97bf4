-- name: workspace_get
SELECT id, slug, name, time_zone, language, is_demo FROM workspaces WHERE id = :workspace_id

-- name: workspace_change
UPDATE workspaces SET name = :name, time_zone = :time_zone, language = :language WHERE id = :workspace_id

-- name: member_list
SELECT u.id, u.email, u.name, m.role, u.last_seen_at, m.restriction
FROM members m JOIN users u ON u.id = m.user_id
WHERE m.workspace_id = :workspace_id
ORDER BY u.name, u.email

-- name: member_get
SELECT u.id, u.email, u.name, m.role, u.last_seen_at, m.restriction
FROM members m JOIN users u ON u.id = m.user_id
WHERE m.workspace_id = :workspace_id AND m.user_id = :user_id

-- name: member_insert
INSERT INTO members (workspace_id, user_id, role, created_at, restriction) VALUES (:workspace_id, :user_id, :role, :now, :restriction)

-- name: member_set
UPDATE members SET role = :role, restriction = :restriction WHERE workspace_id = :workspace_id AND user_id = :user_id

-- name: member_delete
DELETE FROM members WHERE workspace_id = :workspace_id AND user_id = :user_id

-- name: administrators_besides
SELECT COUNT(*) FROM members WHERE workspace_id = :workspace_id AND role = 'administrator' AND user_id <> :user_id

-- name: principal_names
SELECT u.id, u.name FROM users u JOIN members m ON m.user_id = u.id WHERE m.workspace_id = :workspace_id
UNION ALL
SELECT t.id, t.name FROM api_tokens t WHERE t.workspace_id = :workspace_id

-- name: token_list
SELECT t.id, t.name, t.created_at, COALESCE(u.name, ''), t.scopes, t.expires_at, t.last_used_at, t.restriction
FROM api_tokens t LEFT JOIN users u ON u.id = t.user_id
WHERE t.workspace_id = :workspace_id
ORDER BY t.created_at DESC, t.id DESC

-- name: token_get
SELECT t.id, t.name, t.created_at, COALESCE(u.name, ''), t.scopes, t.expires_at, t.last_used_at, t.restriction
FROM api_tokens t LEFT JOIN users u ON u.id = t.user_id
WHERE t.workspace_id = :workspace_id AND t.id = :id

-- name: token_principal
SELECT user_id, scopes, expires_at, restriction FROM api_tokens WHERE workspace_id = :workspace_id AND id = :id

-- name: token_insert
INSERT INTO api_tokens (workspace_id, id, name, secret_hash, scopes, user_id, created_at, expires_at, restriction)
VALUES (:workspace_id, :id, :name, :secret_hash, :scopes, :user_id, :now, :expires_at, :restriction)

-- name: token_delete
DELETE FROM api_tokens WHERE workspace_id = :workspace_id AND id = :id

-- name: tokens_delete_of
DELETE FROM api_tokens WHERE workspace_id = :workspace_id AND user_id = :user_id

-- name: staff_get
SELECT body, version FROM staff_rules WHERE workspace_id = :workspace_id

-- name: staff_put
INSERT INTO staff_rules (workspace_id, body, version) VALUES (:workspace_id, :body, 1)
ON CONFLICT (workspace_id) DO UPDATE SET body = :body, version = staff_rules.version + 1

-- name: audit_insert
INSERT INTO audit_log (workspace_id, id, at, principal, action, object, details, number, hash)
VALUES (:workspace_id, :id, :at, :principal, :action, :object, :details, :number, :hash)

-- name: audit_last
SELECT number, hash FROM audit_log WHERE workspace_id = :workspace_id AND number > 0 ORDER BY number DESC LIMIT 1

-- name: audit_chain
SELECT number, id, at, principal, action, object, details, hash FROM audit_log
WHERE workspace_id = :workspace_id AND number > :after
ORDER BY number
LIMIT :most

-- name: audit_list
SELECT a.at, COALESCE(u.name, t.name, a.principal), a.action, a.object, a.details, a.id
FROM audit_log a
LEFT JOIN users u ON u.id = a.principal
LEFT JOIN api_tokens t ON t.workspace_id = a.workspace_id AND t.id = a.principal
WHERE a.workspace_id = :workspace_id AND (a.at < :at OR (a.at = :at AND a.id < :id))
ORDER BY a.at DESC, a.id DESC
LIMIT 101
