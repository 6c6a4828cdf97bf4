-- name: segment_list
SELECT s.id, s.name, s.filter, COALESCE(u.name, ''), s.created_at, s.version
FROM segments s LEFT JOIN users u ON u.id = s.created_by
WHERE s.workspace_id = :workspace_id
ORDER BY s.name;

-- name: segment_get
SELECT s.id, s.name, s.filter, COALESCE(u.name, ''), s.created_at, s.version
FROM segments s LEFT JOIN users u ON u.id = s.created_by
WHERE s.workspace_id = :workspace_id AND s.id = :id;

-- name: segment_insert
INSERT INTO segments (workspace_id, id, name, filter, created_by, created_at, version)
VALUES (:workspace_id, :id, :name, :filter, :created_by, :created_at, 1);

-- name: segment_update
UPDATE segments SET name = :name, filter = :filter, version = version + 1
WHERE workspace_id = :workspace_id AND id = :id AND version = :version;

-- name: segment_delete
DELETE FROM segments WHERE workspace_id = :workspace_id AND id = :id;

-- name: segment_delete_all
DELETE FROM segments WHERE workspace_id = :workspace_id;
