-- name: delivery_list
SELECT d.id, d.name, d.what, d.target, d.schedule, d.secret, d.paused, d.place, d.pending, d.next_run_at, d.failures, d.current_as_of, d.created_by, d.created_at, d.version,
  (SELECT r.outcome FROM delivery_runs r WHERE r.workspace_id = d.workspace_id AND r.delivery_id = d.id ORDER BY r.id DESC LIMIT 1)
FROM deliveries d WHERE d.workspace_id = :workspace_id ORDER BY d.name, d.id

-- name: delivery_get
SELECT d.id, d.name, d.what, d.target, d.schedule, d.secret, d.paused, d.place, d.pending, d.next_run_at, d.failures, d.current_as_of, d.created_by, d.created_at, d.version,
  (SELECT r.outcome FROM delivery_runs r WHERE r.workspace_id = d.workspace_id AND r.delivery_id = d.id ORDER BY r.id DESC LIMIT 1)
FROM deliveries d WHERE d.workspace_id = :workspace_id AND d.id = :id

-- name: delivery_insert
INSERT INTO deliveries (workspace_id, id, name, what, target, schedule, secret, paused, place, pending, next_run_at, failures, created_by, created_at, version)
VALUES (:workspace_id, :id, :name, :what, :target, :schedule, :secret, 0, '{"arrival":0,"sequence":0}', '', :next_run_at, 0, :created_by, :created_at, 1)

-- name: delivery_change
UPDATE deliveries SET name = :name, what = :what, target = :target, schedule = :schedule, secret = :secret, place = :place, pending = '', next_run_at = :next_run_at, failures = 0,
  created_by = :created_by, version = version + 1
WHERE workspace_id = :workspace_id AND id = :id AND version = :version

-- name: delivery_delete
DELETE FROM deliveries WHERE workspace_id = :workspace_id AND id = :id

-- name: delivery_pause
UPDATE deliveries SET paused = :paused, next_run_at = :next_run_at, failures = 0, created_by = :created_by WHERE workspace_id = :workspace_id AND id = :id

-- name: delivery_hurry
UPDATE deliveries SET next_run_at = :next_run_at WHERE workspace_id = :workspace_id AND id = :id

-- name: delivery_pending
UPDATE deliveries SET pending = :pending WHERE workspace_id = :workspace_id AND id = :id AND version = :version

-- name: delivery_place
UPDATE deliveries SET place = :place, pending = '' WHERE workspace_id = :workspace_id AND id = :id AND version = :version

-- name: delivery_restart
UPDATE deliveries SET place = :place, pending = '', current_as_of = NULL, next_run_at = :next_run_at, failures = 0, version = version + 1
WHERE workspace_id = :workspace_id AND id = :id AND version = :version

-- name: delivery_ended
UPDATE deliveries SET next_run_at = :next_run_at, failures = :failures, current_as_of = COALESCE(:current_as_of, current_as_of)
WHERE workspace_id = :workspace_id AND id = :id AND version = :version

-- name: run_insert
INSERT INTO delivery_runs (workspace_id, id, delivery_id, state, outcome) VALUES (:workspace_id, :id, :delivery_id, :state, :outcome)

-- name: run_update
UPDATE delivery_runs SET state = :state, outcome = :outcome WHERE workspace_id = :workspace_id AND id = :id

-- name: run_page
SELECT outcome FROM delivery_runs WHERE workspace_id = :workspace_id AND delivery_id = :delivery_id AND id < :before ORDER BY id DESC LIMIT 51

-- name: run_delete_old
DELETE FROM delivery_runs WHERE workspace_id = :workspace_id AND delivery_id = :delivery_id AND id IN
  (SELECT r.id FROM delivery_runs r WHERE r.workspace_id = :workspace_id AND r.delivery_id = :delivery_id ORDER BY r.id DESC LIMIT 1000 OFFSET 500)

-- name: member_list
SELECT customer_no FROM delivery_members WHERE workspace_id = :workspace_id AND delivery_id = :delivery_id ORDER BY customer_no

-- name: member_add
INSERT INTO delivery_members (workspace_id, delivery_id, customer_no) VALUES (:workspace_id, :delivery_id, :customer_no) ON CONFLICT DO NOTHING

-- name: member_remove
DELETE FROM delivery_members WHERE workspace_id = :workspace_id AND delivery_id = :delivery_id AND customer_no = :customer_no

-- name: members_forget
DELETE FROM delivery_members WHERE workspace_id = :workspace_id AND delivery_id = :delivery_id

-- name: member_erase
DELETE FROM delivery_members WHERE workspace_id = :workspace_id AND customer_no = :customer_no

-- name: memberships_of
SELECT d.name FROM delivery_members m JOIN deliveries d ON d.workspace_id = m.workspace_id AND d.id = m.delivery_id
WHERE m.workspace_id = :workspace_id AND m.customer_no = :customer_no ORDER BY d.name
