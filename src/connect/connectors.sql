-- name: connector_list
SELECT c.id, c.source_id, s.name, c.kind, c.name, c.settings, c.mapping, c.schedule, c.secret, c.paused, c.place, c.pending, c.next_run_at, c.failures,
  c.current_as_of, c.behind, c.created_by, c.created_at, c.version,
  (SELECT r.outcome FROM connector_runs r WHERE r.workspace_id = c.workspace_id AND r.connector_id = c.id ORDER BY r.started_at DESC, r.id DESC LIMIT 1)
FROM connectors c JOIN sources s ON s.workspace_id = c.workspace_id AND s.id = c.source_id
WHERE c.workspace_id = :workspace_id
ORDER BY c.name, c.id

-- name: connector_get
SELECT c.id, c.source_id, s.name, c.kind, c.name, c.settings, c.mapping, c.schedule, c.secret, c.paused, c.place, c.pending, c.next_run_at, c.failures,
  c.current_as_of, c.behind, c.created_by, c.created_at, c.version,
  (SELECT r.outcome FROM connector_runs r WHERE r.workspace_id = c.workspace_id AND r.connector_id = c.id ORDER BY r.started_at DESC, r.id DESC LIMIT 1)
FROM connectors c JOIN sources s ON s.workspace_id = c.workspace_id AND s.id = c.source_id
WHERE c.workspace_id = :workspace_id AND c.id = :id

-- name: connector_insert
INSERT INTO connectors (workspace_id, id, source_id, kind, name, settings, mapping, schedule, secret, paused, place, pending, next_run_at, failures, created_by, created_at, version)
VALUES (:workspace_id, :id, :source_id, :kind, :name, :settings, :mapping, :schedule, :secret, 0, '{}', '', :next_run_at, 0, :created_by, :created_at, 1)

-- name: connector_change
UPDATE connectors SET name = :name, settings = :settings, mapping = :mapping, schedule = :schedule, secret = :secret, next_run_at = :next_run_at, failures = 0,
  created_by = :created_by, version = version + 1
WHERE workspace_id = :workspace_id AND id = :id AND version = :version

-- name: connector_delete
DELETE FROM connectors WHERE workspace_id = :workspace_id AND id = :id

-- name: connector_pause
UPDATE connectors SET paused = :paused, next_run_at = :next_run_at, failures = 0, created_by = :created_by WHERE workspace_id = :workspace_id AND id = :id

-- name: connector_hurry
UPDATE connectors SET next_run_at = :next_run_at WHERE workspace_id = :workspace_id AND id = :id

-- name: connector_restart
UPDATE connectors SET place = '{}', pending = '', current_as_of = NULL, behind = NULL, next_run_at = :next_run_at, failures = 0, version = version + 1
WHERE workspace_id = :workspace_id AND id = :id

-- name: connector_pending
UPDATE connectors SET pending = :pending WHERE workspace_id = :workspace_id AND id = :id AND version = :version

-- name: connector_place
UPDATE connectors SET place = :place, pending = '' WHERE workspace_id = :workspace_id AND id = :id AND version = :version

-- name: connector_ended
UPDATE connectors SET next_run_at = :next_run_at, failures = :failures, behind = :behind, current_as_of = COALESCE(:current_as_of, current_as_of)
WHERE workspace_id = :workspace_id AND id = :id AND version = :version

-- name: run_insert
INSERT INTO connector_runs (workspace_id, id, connector_id, state, started_at, outcome)
VALUES (:workspace_id, :id, :connector_id, :state, :started_at, :outcome)

-- name: run_update
UPDATE connector_runs SET state = :state, outcome = :outcome WHERE workspace_id = :workspace_id AND id = :id

-- name: run_page
SELECT outcome FROM connector_runs WHERE workspace_id = :workspace_id AND connector_id = :connector_id AND id < :before ORDER BY id DESC LIMIT 51

-- name: run_delete_old
DELETE FROM connector_runs WHERE workspace_id = :workspace_id AND connector_id = :connector_id AND id IN
  (SELECT r.id FROM connector_runs r WHERE r.workspace_id = :workspace_id AND r.connector_id = :connector_id ORDER BY r.id DESC LIMIT 1000 OFFSET 500)

-- name: connector_of_source
SELECT id FROM connectors WHERE workspace_id = :workspace_id AND source_id = :source_id LIMIT 1

-- name: rules_get
SELECT allowed_hosts FROM connector_rules WHERE workspace_id = :workspace_id

-- name: rules_put
INSERT INTO connector_rules (workspace_id, allowed_hosts) VALUES (:workspace_id, :allowed_hosts)
ON CONFLICT (workspace_id) DO UPDATE SET allowed_hosts = :allowed_hosts

-- name: files_named
SELECT size_bytes, changed_at, hash FROM connector_files WHERE workspace_id = :workspace_id AND connector_id = :connector_id AND name = :name

-- name: file_note
INSERT INTO connector_files (workspace_id, connector_id, name, size_bytes, changed_at, hash)
VALUES (:workspace_id, :connector_id, :name, :size_bytes, :changed_at, :hash)
ON CONFLICT (workspace_id, connector_id, name, hash) DO UPDATE SET size_bytes = :size_bytes, changed_at = :changed_at

-- name: file_forget
DELETE FROM connector_files WHERE workspace_id = :workspace_id AND connector_id = :connector_id
