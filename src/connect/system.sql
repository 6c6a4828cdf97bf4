-- name: import_running
SELECT workspace_id, id, outcome FROM imports WHERE state = 'running'

-- name: write_key_find
SELECT k.workspace_id, k.id, k.source_id, s.name, s.mapping, k.last_used_at
FROM write_keys k JOIN sources s ON s.workspace_id = k.workspace_id AND s.id = k.source_id
WHERE k.secret_hash = :secret_hash

-- name: connectors_due
SELECT workspace_id, id, created_by FROM connectors WHERE paused = 0 AND next_run_at <= :now ORDER BY next_run_at LIMIT 20

-- name: runs_left
SELECT workspace_id, id, outcome FROM connector_runs WHERE state = 'running'

-- name: hook_find
SELECT h.workspace_id, h.id, h.source_id, s.name, s.mapping, h.preset, h.secret_sealed, h.mapping, h.active
FROM webhooks h JOIN sources s ON s.workspace_id = h.workspace_id AND s.id = h.source_id
WHERE h.path_hash = :path_hash

-- name: export_running
SELECT workspace_id, id, outcome FROM exports WHERE state = 'running'
