-- name: intake_add
INSERT INTO intake_counts (workspace_id, source_id, arrived_day, event_day, batch, outcome, reason, events)
VALUES (:workspace_id, :source_id, :arrived_day, :event_day, :batch, :outcome, :reason, :events)
ON CONFLICT (workspace_id, source_id, arrived_day, event_day, batch, outcome, reason) DO UPDATE SET events = intake_counts.events + excluded.events

-- name: intake_forget_batch
DELETE FROM intake_counts WHERE workspace_id = :workspace_id AND batch = :batch AND batch <> ''

-- name: intake_between
SELECT source_id, arrived_day, event_day, batch, outcome, reason, events
FROM intake_counts
WHERE workspace_id = :workspace_id AND ((arrived_day >= :from AND arrived_day <= :to) OR (event_day >= :from AND event_day <= :to))

-- name: reject_put
INSERT INTO intake_rejects (workspace_id, source_id, code, slot, at, event_type, message)
VALUES (:workspace_id, :source_id, :code, :slot, :at, :event_type, :message)
ON CONFLICT (workspace_id, source_id, code, slot) DO UPDATE SET at = excluded.at, event_type = excluded.event_type, message = excluded.message

-- name: reject_list
SELECT source_id, code, at, event_type, message FROM intake_rejects WHERE workspace_id = :workspace_id ORDER BY at DESC

-- name: reported_put
INSERT INTO reported_counts (workspace_id, source_id, day, events, reported_by, reported_at)
VALUES (:workspace_id, :source_id, :day, :events, :reported_by, :reported_at)
ON CONFLICT (workspace_id, source_id, day) DO UPDATE
SET events = excluded.events, reported_by = excluded.reported_by, reported_at = excluded.reported_at

-- name: reported_delete
DELETE FROM reported_counts WHERE workspace_id = :workspace_id AND source_id = :source_id AND day = :day

-- name: reported_between
SELECT r.source_id, r.day, r.events, COALESCE(u.name, ''), r.reported_at
FROM reported_counts r LEFT JOIN users u ON u.id = r.reported_by
WHERE r.workspace_id = :workspace_id AND r.day >= :from AND r.day <= :to

-- name: plan_get
SELECT p.plan, p.version, p.changed_at, COALESCE(u.name, '')
FROM tracking_plans p LEFT JOIN users u ON u.id = p.changed_by
WHERE p.workspace_id = :workspace_id

-- name: plan_put
INSERT INTO tracking_plans (workspace_id, plan, version, changed_by, changed_at)
VALUES (:workspace_id, :plan, 1, :changed_by, :changed_at)
ON CONFLICT (workspace_id) DO UPDATE
SET plan = excluded.plan, version = tracking_plans.version + 1, changed_by = excluded.changed_by, changed_at = excluded.changed_at

-- name: finding_add
INSERT INTO plan_findings (workspace_id, source_id, arrived_day, batch, event_type, property, kind, events, example)
VALUES (:workspace_id, :source_id, :arrived_day, :batch, :event_type, :property, :kind, :events, :example)
ON CONFLICT (workspace_id, source_id, arrived_day, batch, event_type, property, kind) DO UPDATE SET events = plan_findings.events + excluded.events

-- name: finding_forget_all
DELETE FROM plan_findings WHERE workspace_id = :workspace_id

-- name: finding_forget_batch
DELETE FROM plan_findings WHERE workspace_id = :workspace_id AND batch = :batch AND batch <> ''

-- name: finding_list
SELECT source_id, arrived_day, event_type, property, kind, events, example
FROM plan_findings
WHERE workspace_id = :workspace_id AND arrived_day >= :from AND arrived_day <= :to
ORDER BY arrived_day
