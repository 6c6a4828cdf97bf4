-- name: import_running
SELECT workspace_id, id, outcome FROM imports WHERE state = 'running'
