-- name: job_insert
INSERT INTO jobs (workspace_id, id, kind, object, principal, state, progress, stage, created_at)
VALUES (:workspace_id, :id, :kind, :object, :principal, 'queued', 0, '', :now)

-- name: job_get
SELECT id, kind, created_at, state, progress, stage, finished_at, error_code, object FROM jobs
WHERE workspace_id = :workspace_id AND id = :id

-- name: job_progress
UPDATE jobs SET state = 'running', progress = :progress, stage = :stage WHERE workspace_id = :workspace_id AND id = :id

-- name: job_end
UPDATE jobs SET state = :state, progress = :progress, stage = :stage, error_code = :error_code, finished_at = :now
WHERE workspace_id = :workspace_id AND id = :id
