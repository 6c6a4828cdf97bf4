-- name: hook_list
SELECT h.id, h.source_id, h.name, h.preset, h.path_sealed, h.secret_hint, h.secret_sealed, h.mapping, h.active, h.created_at, COALESCE(u.name, ''), h.version
FROM webhooks h LEFT JOIN users u ON u.id = h.created_by
WHERE h.workspace_id = :workspace_id
ORDER BY h.created_at DESC, h.id DESC

-- name: hook_get
SELECT h.id, h.source_id, h.name, h.preset, h.path_sealed, h.secret_hint, h.secret_sealed, h.mapping, h.active, h.created_at, COALESCE(u.name, ''), h.version
FROM webhooks h LEFT JOIN users u ON u.id = h.created_by
WHERE h.workspace_id = :workspace_id AND h.id = :id

-- name: hook_insert
INSERT INTO webhooks (workspace_id, id, source_id, name, preset, path_hash, path_sealed, secret_sealed, secret_hint, mapping, active, created_by, created_at, version)
VALUES (:workspace_id, :id, :source_id, :name, :preset, :path_hash, :path_sealed, :secret_sealed, :secret_hint, :mapping, 1, :created_by, :now, 1)

-- name: hook_update
UPDATE webhooks SET name = :name, mapping = :mapping, active = :active, version = version + 1
WHERE workspace_id = :workspace_id AND id = :id AND version = :version

-- name: hook_secret
UPDATE webhooks SET secret_sealed = :secret_sealed, secret_hint = :secret_hint, version = version + 1 WHERE workspace_id = :workspace_id AND id = :id

-- name: hook_delete
DELETE FROM webhooks WHERE workspace_id = :workspace_id AND id = :id

-- name: delivery_insert
INSERT INTO webhook_deliveries (workspace_id, webhook_id, id, received_at, outcome)
SELECT :workspace_id, id, :id, CAST(:received_at AS BIGINT), :outcome FROM webhooks WHERE workspace_id = :workspace_id AND id = :webhook_id

-- name: delivery_page
SELECT outcome FROM webhook_deliveries
WHERE workspace_id = :workspace_id AND webhook_id = :webhook_id AND id < :before
ORDER BY id DESC LIMIT 51

-- name: delivery_nth
SELECT id FROM webhook_deliveries
WHERE workspace_id = :workspace_id AND webhook_id = :webhook_id
ORDER BY id DESC LIMIT 1 OFFSET 500

-- name: delivery_prune
DELETE FROM webhook_deliveries
WHERE workspace_id = :workspace_id AND webhook_id = :webhook_id AND (id <= :last OR received_at < :before)
