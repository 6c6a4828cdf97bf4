-- name: deliveries_due
SELECT workspace_id, id, created_by FROM deliveries WHERE paused = 0 AND next_run_at <= :now ORDER BY next_run_at LIMIT 20

-- name: runs_left
SELECT workspace_id, id, outcome FROM delivery_runs WHERE state = 'running'
