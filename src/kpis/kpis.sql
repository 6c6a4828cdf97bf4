-- name: kpi_list
SELECT k.id, k.definition, k.version, k.created_at, COALESCE(u.name, ''), k.source_id, COALESCE(s.name, ''), COALESCE(s.owner, ''), COALESCE(s.system, ''), COALESCE(s.purpose, '')
FROM kpis k LEFT JOIN users u ON u.id = k.created_by LEFT JOIN sources s ON s.workspace_id = k.workspace_id AND s.id = k.source_id
WHERE k.workspace_id = :workspace_id
ORDER BY k.key

-- name: kpi_get
SELECT k.id, k.definition, k.version, k.created_at, COALESCE(u.name, ''), k.source_id, COALESCE(s.name, ''), COALESCE(s.owner, ''), COALESCE(s.system, ''), COALESCE(s.purpose, '')
FROM kpis k LEFT JOIN users u ON u.id = k.created_by LEFT JOIN sources s ON s.workspace_id = k.workspace_id AND s.id = k.source_id
WHERE k.workspace_id = :workspace_id AND k.id = :id

-- name: kpi_insert
INSERT INTO kpis (workspace_id, id, key, source_id, definition, created_by, created_at, version)
VALUES (:workspace_id, :id, :key, :source_id, :definition, :created_by, :created_at, 1)

-- name: kpi_update
UPDATE kpis SET key = :key, source_id = :source_id, definition = :definition, version = version + 1
WHERE workspace_id = :workspace_id AND id = :id AND version = :version

-- name: kpi_delete
DELETE FROM kpis WHERE workspace_id = :workspace_id AND id = :id

-- name: source_known
SELECT id FROM sources WHERE workspace_id = :workspace_id AND id = :id

-- name: touchpoint_names
SELECT id, name FROM touchpoints WHERE workspace_id = :workspace_id

-- name: value_shapes
SELECT granularity, market, unit, touchpoint, benchmark, COUNT(*), MAX(period_start)
FROM kpi_values
WHERE workspace_id = :workspace_id AND kpi_id = :kpi_id
GROUP BY granularity, market, unit, touchpoint, benchmark
ORDER BY granularity, market, unit, touchpoint, benchmark

-- name: value_last_delivery
SELECT v.delivered_at, COALESCE(u.name, t.name, s.name, v.delivered_by)
FROM kpi_values v
LEFT JOIN users u ON u.id = v.delivered_by
LEFT JOIN api_tokens t ON t.workspace_id = v.workspace_id AND t.id = v.delivered_by
LEFT JOIN sources s ON s.workspace_id = v.workspace_id AND s.id = v.delivered_by
WHERE v.workspace_id = :workspace_id AND v.kpi_id = :kpi_id
ORDER BY v.delivered_at DESC
LIMIT 1

-- name: value_list
SELECT v.kpi_id, v.granularity, v.period_start, v.market, v.unit, v.touchpoint, v.benchmark, v.value, v.n, v.version, v.delivered_at,
       COALESCE(u.name, t.name, s.name, v.delivered_by)
FROM kpi_values v
LEFT JOIN users u ON u.id = v.delivered_by
LEFT JOIN api_tokens t ON t.workspace_id = v.workspace_id AND t.id = v.delivered_by
LEFT JOIN sources s ON s.workspace_id = v.workspace_id AND s.id = v.delivered_by
WHERE v.workspace_id = :workspace_id AND v.kpi_id = :kpi_id
  AND (:granularity = '' OR v.granularity = :granularity) AND v.period_start >= :from AND v.period_start < :to
  AND (:any_market = 1 OR v.market = :market) AND (:any_unit = 1 OR v.unit = :unit)
ORDER BY v.period_start DESC, v.granularity, v.market, v.unit, v.touchpoint, v.benchmark
LIMIT :most

-- name: value_get
SELECT value, n, version, delivered_by, delivered_at FROM kpi_values
WHERE workspace_id = :workspace_id AND kpi_id = :kpi_id AND granularity = :granularity AND period_start = :period_start AND market = :market AND unit = :unit
  AND touchpoint = :touchpoint AND benchmark = :benchmark

-- name: value_put
INSERT INTO kpi_values (workspace_id, kpi_id, granularity, period_start, market, unit, touchpoint, benchmark, value, n, version, delivered_by, delivered_at)
VALUES (:workspace_id, :kpi_id, :granularity, :period_start, :market, :unit, :touchpoint, :benchmark, :value, :n, 1, :delivered_by, :delivered_at)
ON CONFLICT (workspace_id, kpi_id, granularity, period_start, market, unit, touchpoint, benchmark) DO UPDATE
SET value = excluded.value, n = excluded.n, version = kpi_values.version + 1, delivered_by = excluded.delivered_by, delivered_at = excluded.delivered_at

-- name: value_delete
DELETE FROM kpi_values
WHERE workspace_id = :workspace_id AND kpi_id = :kpi_id AND granularity = :granularity AND period_start = :period_start AND market = :market AND unit = :unit
  AND touchpoint = :touchpoint AND benchmark = :benchmark

-- name: correction_insert
INSERT INTO kpi_corrections (workspace_id, id, kpi_id, granularity, period_start, market, unit, touchpoint, benchmark, old_value, old_n, old_by, old_at, new_value, new_n,
                             replaced_by, replaced_at)
VALUES (:workspace_id, :id, :kpi_id, :granularity, :period_start, :market, :unit, :touchpoint, :benchmark, :old_value, :old_n, :old_by, :old_at, :new_value, :new_n,
        :replaced_by, :replaced_at)

-- name: correction_count
SELECT COUNT(*) FROM kpi_corrections WHERE workspace_id = :workspace_id AND kpi_id = :kpi_id

-- name: correction_list
SELECT c.granularity, c.period_start, c.market, c.unit, c.touchpoint, c.benchmark, c.old_value, c.old_n, COALESCE(a.name, b.name, s.name, c.old_by), c.old_at,
       c.new_value, c.new_n, COALESCE(u.name, t.name, r.name, c.replaced_by), c.replaced_at
FROM kpi_corrections c
LEFT JOIN users a ON a.id = c.old_by
LEFT JOIN api_tokens b ON b.workspace_id = c.workspace_id AND b.id = c.old_by
LEFT JOIN sources s ON s.workspace_id = c.workspace_id AND s.id = c.old_by
LEFT JOIN users u ON u.id = c.replaced_by
LEFT JOIN api_tokens t ON t.workspace_id = c.workspace_id AND t.id = c.replaced_by
LEFT JOIN sources r ON r.workspace_id = c.workspace_id AND r.id = c.replaced_by
WHERE c.workspace_id = :workspace_id AND c.kpi_id = :kpi_id
ORDER BY c.replaced_at DESC, c.id DESC
LIMIT 500
