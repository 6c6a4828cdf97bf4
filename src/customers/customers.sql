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

-- name: computed_list
SELECT c.id, c.name, c.definition, COALESCE(u.name, ''), c.created_at, c.version
FROM computed_attributes c LEFT JOIN users u ON u.id = c.created_by
WHERE c.workspace_id = :workspace_id
ORDER BY c.name;

-- name: computed_get
SELECT c.id, c.name, c.definition, COALESCE(u.name, ''), c.created_at, c.version
FROM computed_attributes c LEFT JOIN users u ON u.id = c.created_by
WHERE c.workspace_id = :workspace_id AND c.id = :id;

-- name: computed_insert
INSERT INTO computed_attributes (workspace_id, id, name, definition, created_by, created_at, version)
VALUES (:workspace_id, :id, :name, :definition, :created_by, :created_at, 1);

-- name: computed_update
UPDATE computed_attributes SET name = :name, definition = :definition, version = version + 1
WHERE workspace_id = :workspace_id AND id = :id AND version = :version;

-- name: computed_delete
DELETE FROM computed_attributes WHERE workspace_id = :workspace_id AND id = :id;

-- name: view_settings_get
SELECT body, version FROM customer_view_settings WHERE workspace_id = :workspace_id;

-- name: view_settings_put
INSERT INTO customer_view_settings (workspace_id, body, version) VALUES (:workspace_id, :body, :version)
ON CONFLICT (workspace_id) DO UPDATE SET body = excluded.body, version = excluded.version;

-- name: panel_link_insert
INSERT INTO panel_links (workspace_id, hash, customer, principal, created_at, expires_at)
VALUES (:workspace_id, :hash, :customer, :principal, :created_at, :expires_at);

-- name: panel_link_get
SELECT customer, principal, expires_at FROM panel_links WHERE workspace_id = :workspace_id AND hash = :hash;

-- name: panel_link_expire
DELETE FROM panel_links WHERE workspace_id = :workspace_id AND expires_at <= :now;

-- name: panel_links_of_delete
DELETE FROM panel_links WHERE workspace_id = :workspace_id AND customer = :customer;
