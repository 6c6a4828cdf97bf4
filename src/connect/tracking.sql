-- name: write_key_list
SELECT k.id, k.source_id, k.name, k.hint, k.created_at, COALESCE(u.name, ''), k.last_used_at
FROM write_keys k LEFT JOIN users u ON u.id = k.created_by
WHERE k.workspace_id = :workspace_id
ORDER BY k.created_at DESC, k.id DESC

-- name: write_key_get
SELECT k.id, k.source_id, k.name, k.hint, k.created_at, COALESCE(u.name, ''), k.last_used_at
FROM write_keys k LEFT JOIN users u ON u.id = k.created_by
WHERE k.workspace_id = :workspace_id AND k.id = :id

-- name: write_key_insert
INSERT INTO write_keys (workspace_id, id, source_id, name, secret_hash, hint, created_by, created_at)
VALUES (:workspace_id, :id, :source_id, :name, :secret_hash, :hint, :created_by, :now)

-- name: write_key_delete
DELETE FROM write_keys WHERE workspace_id = :workspace_id AND id = :id

-- name: write_key_used
UPDATE write_keys SET last_used_at = :now WHERE workspace_id = :workspace_id AND id = :id

-- name: source_settings
UPDATE sources SET mapping = :mapping, owner = :owner, system = :system, purpose = :purpose, version = version + 1 WHERE workspace_id = :workspace_id AND id = :id AND version = :version
