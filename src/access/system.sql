-- name: user_by_email
SELECT id, password_hash, must_change_password FROM users WHERE email = :email

-- name: user_by_id
SELECT email, name, language, theme, operator_of_server, must_change_password FROM users WHERE id = :id

-- name: password_of
SELECT password_hash FROM users WHERE id = :id

-- name: user_insert
INSERT INTO users (id, email, name, password_hash, must_change_password, has_first_password, operator_of_server, created_at)
VALUES (:id, :email, :name, :password_hash, :must_change_password, :has_first_password, :operator_of_server, :now)

-- name: user_change
UPDATE users SET name = :name, language = :language, theme = :theme WHERE id = :id

-- name: user_set_password
UPDATE users SET password_hash = :password_hash, must_change_password = :must_change_password, has_first_password = 0 WHERE id = :id

-- name: user_seen
UPDATE users SET last_seen_at = :now WHERE id = :id

-- name: user_list
SELECT id, email, name, operator_of_server, last_seen_at, has_first_password FROM users ORDER BY email

-- name: user_count
SELECT COUNT(*) FROM users

-- name: first_operator
SELECT id FROM users WHERE operator_of_server = 1 ORDER BY created_at, id LIMIT 1

-- name: session_insert
INSERT INTO sessions (token_hash, user_id, csrf_token, created_at, used_at)
VALUES (:token_hash, :user_id, :csrf_token, :now, :now)

-- name: session_find
SELECT s.user_id, s.csrf_token, s.created_at, s.used_at, u.operator_of_server, u.must_change_password
FROM sessions s JOIN users u ON u.id = s.user_id
WHERE s.token_hash = :token_hash

-- name: session_used
UPDATE sessions SET used_at = :now WHERE token_hash = :token_hash

-- name: session_delete
DELETE FROM sessions WHERE token_hash = :token_hash

-- name: session_delete_others
DELETE FROM sessions WHERE user_id = :user_id AND token_hash <> :token_hash

-- name: session_delete_old
DELETE FROM sessions WHERE used_at < :used_before OR created_at < :created_before

-- name: failure_insert
INSERT INTO sign_in_failures (subject, at) VALUES (:subject, :now)

-- name: failure_count
SELECT COUNT(*) FROM sign_in_failures WHERE subject = :subject AND at > :after

-- name: failure_forget
DELETE FROM sign_in_failures WHERE subject = :subject

-- name: failure_forget_one
DELETE FROM sign_in_failures WHERE subject = :subject AND at = :at

-- name: failure_delete_old
DELETE FROM sign_in_failures WHERE at <= :before

-- name: workspace_list
SELECT id, slug, name, time_zone, language, is_demo FROM workspaces ORDER BY name, id

-- name: workspaces_of_user
SELECT w.id, w.slug, w.name, w.time_zone, w.language, w.is_demo, m.role, m.restriction
FROM members m JOIN workspaces w ON w.id = m.workspace_id
WHERE m.user_id = :user_id
ORDER BY w.name, w.id

-- name: workspace_of_user
SELECT w.id, m.role, m.restriction, s.body FROM workspaces w JOIN members m ON m.workspace_id = w.id
LEFT JOIN staff_rules s ON s.workspace_id = w.id
WHERE (w.id = :workspace OR w.slug = :workspace) AND m.user_id = :user_id

-- name: workspace_by_reference
SELECT id, slug, name, time_zone, language, is_demo FROM workspaces WHERE id = :workspace OR slug = :workspace

-- name: workspace_insert
INSERT INTO workspaces (id, slug, name, time_zone, language, is_demo, created_at)
VALUES (:id, :slug, :name, :time_zone, :language, :is_demo, :now)

-- name: workspace_delete
DELETE FROM workspaces WHERE id = :id

-- name: member_insert_first
INSERT INTO members (workspace_id, user_id, role, created_at) VALUES (:workspace, :user_id, :role, :now)
ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = excluded.role

-- name: token_find
SELECT workspace_id, id, scopes, user_id, expires_at, last_used_at, restriction FROM api_tokens WHERE secret_hash = :secret_hash

-- name: token_used
UPDATE api_tokens SET last_used_at = :now WHERE secret_hash = :secret_hash

-- name: first_administrator_of
SELECT w.id, m.user_id, s.body FROM workspaces w JOIN members m ON m.workspace_id = w.id
LEFT JOIN staff_rules s ON s.workspace_id = w.id
WHERE (w.id = :workspace OR w.slug = :workspace) AND m.role = 'administrator'
ORDER BY m.created_at, m.user_id
LIMIT 1
