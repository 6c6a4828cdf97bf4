-- name: tombstones_of_all
SELECT workspace_id, hash, up_to_no FROM tombstones

-- name: requests_due
SELECT workspace_id, id FROM privacy_requests
WHERE ((state = 'queued' OR state = 'running') AND created_at < :before) OR (state = 'hidden' AND purge_at <= :now)
ORDER BY created_at, id

-- name: files_old
SELECT workspace_id, id FROM privacy_requests WHERE kind = 'access' AND state = 'done' AND finished_at < :before AND finished_at >= :not_before

-- name: settings_of_workspaces
SELECT workspace_id, settings FROM privacy_settings WHERE subject = 'workspace'

-- name: rotations_begun
SELECT workspace_id FROM identity_pages GROUP BY workspace_id
HAVING min(key_number) < (SELECT COALESCE(max(k.number), 0) FROM workspace_keys k WHERE k.workspace_id = identity_pages.workspace_id)
UNION
SELECT workspace_id FROM workspace_keys GROUP BY workspace_id HAVING count(*) > 1

-- name: retention_due
SELECT DISTINCT r.workspace_id FROM retention_rules r
WHERE NOT EXISTS (SELECT 1 FROM retention_runs d WHERE d.workspace_id = r.workspace_id AND d.begun_at >= :since)

-- name: retention_unfinished
SELECT workspace_id, id FROM retention_runs WHERE state = 'running'
