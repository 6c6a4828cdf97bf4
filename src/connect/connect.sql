-- name: upload_insert
INSERT INTO uploads (workspace_id, id, name, size_bytes, created_by, created_at)
VALUES (:workspace_id, :id, :name, :size_bytes, :created_by, :created_at)

-- name: upload_get
SELECT id, name, size_bytes, created_at FROM uploads WHERE workspace_id = :workspace_id AND id = :id

-- name: upload_list_before
SELECT id, name, size_bytes, created_at FROM uploads WHERE workspace_id = :workspace_id AND created_at < :before

-- name: upload_delete
DELETE FROM uploads WHERE workspace_id = :workspace_id AND id = :id

-- name: source_list
SELECT id, name, mapping, version, created_at, owner, system, purpose FROM sources WHERE workspace_id = :workspace_id ORDER BY name

-- name: source_get
SELECT id, name, mapping, version, created_at FROM sources WHERE workspace_id = :workspace_id AND id = :id

-- name: source_by_name
SELECT id, name, mapping, version, created_at FROM sources WHERE workspace_id = :workspace_id AND name = :name

-- name: source_insert
INSERT INTO sources (workspace_id, id, name, mapping, version, created_at)
VALUES (:workspace_id, :id, :name, :mapping, 1, :created_at)
ON CONFLICT (workspace_id, id) DO NOTHING

-- name: source_update
UPDATE sources SET mapping = :mapping, version = version + 1 WHERE workspace_id = :workspace_id AND id = :id

-- name: source_delete
DELETE FROM sources WHERE workspace_id = :workspace_id AND id = :id

-- name: kpi_of_source
SELECT id FROM kpis WHERE workspace_id = :workspace_id AND source_id = :source_id

-- name: import_insert
INSERT INTO imports (workspace_id, id, source_id, state, created_by, created_at, request, outcome)
VALUES (:workspace_id, :id, :source_id, :state, :created_by, :created_at, :request, :outcome)

-- name: import_update
UPDATE imports SET state = :state, outcome = :outcome WHERE workspace_id = :workspace_id AND id = :id

-- name: import_delete
DELETE FROM imports WHERE workspace_id = :workspace_id AND id = :id

-- name: import_get
SELECT outcome, request FROM imports WHERE workspace_id = :workspace_id AND id = :id

-- name: import_page
SELECT id, outcome FROM imports WHERE workspace_id = :workspace_id AND id < :before ORDER BY id DESC LIMIT 51

-- name: import_states
SELECT id, state, request FROM imports WHERE workspace_id = :workspace_id AND state IN ('queued', 'running')

-- name: import_counts
SELECT source_id, count(*), max(created_at) FROM imports WHERE workspace_id = :workspace_id AND state = 'done' GROUP BY source_id

-- name: import_outcomes
SELECT id, state, outcome FROM imports WHERE workspace_id = :workspace_id

-- name: upload_list
SELECT id FROM uploads WHERE workspace_id = :workspace_id

-- name: export_insert
INSERT INTO exports (workspace_id, id, state, created_by, created_at, request, outcome)
VALUES (:workspace_id, :id, :state, :created_by, :created_at, :request, :outcome)

-- name: export_update
UPDATE exports SET state = :state, outcome = :outcome WHERE workspace_id = :workspace_id AND id = :id

-- name: export_delete
DELETE FROM exports WHERE workspace_id = :workspace_id AND id = :id

-- name: export_get
SELECT outcome, request FROM exports WHERE workspace_id = :workspace_id AND id = :id

-- name: export_list
SELECT id, outcome FROM exports WHERE workspace_id = :workspace_id ORDER BY id DESC LIMIT 200

-- name: export_list_before
SELECT id FROM exports WHERE workspace_id = :workspace_id AND created_at < :before AND state NOT IN ('queued', 'running')
