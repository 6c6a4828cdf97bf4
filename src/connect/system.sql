-- name: import_running
SELECT workspace_id, id, outcome FROM imports WHERE state = 'running'

-- name: write_key_find
SELECT k.workspace_id, k.id, k.source_id, s.name, s.mapping, k.last_used_at
FROM write_keys k JOIN sources s ON s.workspace_id = k.workspace_id AND s.id = k.source_id
WHERE k.secret_hash = :secret_hash
