-- name: touchpoint_list
SELECT id, name, channel, owner, description, direction, version
FROM touchpoints
WHERE workspace_id = :workspace_id
ORDER BY name;

-- name: touchpoint_insert
INSERT INTO touchpoints (workspace_id, id, name, channel, owner, description, direction, created_by, created_at, version)
VALUES (:workspace_id, :id, :name, :channel, :owner, :description, :direction, :created_by, :created_at, 1);

-- name: touchpoint_update
UPDATE touchpoints
SET name = :name, channel = :channel, owner = :owner, description = :description, direction = :direction, version = version + 1
WHERE workspace_id = :workspace_id AND id = :id;

-- name: touchpoint_delete
DELETE FROM touchpoints WHERE workspace_id = :workspace_id AND id = :id;

-- name: rule_list
SELECT id, touchpoint, conditions
FROM mapping_rules
WHERE workspace_id = :workspace_id
ORDER BY position, id;

-- name: rule_insert
INSERT INTO mapping_rules (workspace_id, id, position, touchpoint, conditions)
VALUES (:workspace_id, :id, :position, :touchpoint, :conditions);

-- name: rule_place
UPDATE mapping_rules SET position = :position WHERE workspace_id = :workspace_id AND id = :id;

-- name: rule_retarget
UPDATE mapping_rules SET touchpoint = :into WHERE workspace_id = :workspace_id AND touchpoint = :touchpoint;

-- name: rule_delete
DELETE FROM mapping_rules WHERE workspace_id = :workspace_id AND id = :id;

-- name: rule_delete_of
DELETE FROM mapping_rules WHERE workspace_id = :workspace_id AND touchpoint = :touchpoint;

-- name: version_get
SELECT version FROM mapping_versions WHERE workspace_id = :workspace_id;

-- name: version_grow
INSERT INTO mapping_versions (workspace_id, version) VALUES (:workspace_id, 1)
ON CONFLICT (workspace_id) DO UPDATE SET version = mapping_versions.version + 1;

-- name: forget_rules
DELETE FROM mapping_rules WHERE workspace_id = :workspace_id;

-- name: forget_touchpoints
DELETE FROM touchpoints WHERE workspace_id = :workspace_id;

-- name: forget_version
DELETE FROM mapping_versions WHERE workspace_id = :workspace_id;

-- name: aside_list
SELECT id FROM event_types_aside WHERE workspace_id = :workspace_id;

-- name: aside_add
INSERT INTO event_types_aside (workspace_id, id) VALUES (:workspace_id, :id) ON CONFLICT (workspace_id, id) DO NOTHING;

-- name: aside_remove
DELETE FROM event_types_aside WHERE workspace_id = :workspace_id AND id = :id;

-- name: forget_aside
DELETE FROM event_types_aside WHERE workspace_id = :workspace_id;
