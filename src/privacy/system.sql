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
