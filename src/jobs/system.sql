-- name: jobs_left
SELECT workspace_id, id, kind, created_at, state, progress, stage, finished_at, error_code, object, principal FROM jobs
WHERE state = 'queued' OR state = 'running'
ORDER BY created_at, id

-- name: jobs_interrupt
UPDATE jobs SET state = 'failed', error_code = 'interrupted', finished_at = :now WHERE state = 'running'

-- name: jobs_delete_old
DELETE FROM jobs WHERE finished_at < :before
