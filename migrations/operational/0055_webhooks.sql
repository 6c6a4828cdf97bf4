-- Webhooks: addresses that other systems call. The path's secret is found by its hash; it and the signing secret are sealed.
CREATE TABLE webhooks (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  source_id TEXT NOT NULL,
  name TEXT NOT NULL,
  preset TEXT NOT NULL,
  path_hash TEXT NOT NULL UNIQUE,
  path_sealed TEXT NOT NULL,
  secret_sealed TEXT,
  secret_hint TEXT,
  mapping TEXT NOT NULL,
  active BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, source_id) REFERENCES sources (workspace_id, id) ON DELETE CASCADE
);
-- What came and what became of it (JSON of WebhookDelivery), without the body.
CREATE TABLE webhook_deliveries (
  workspace_id TEXT NOT NULL,
  webhook_id TEXT NOT NULL,
  id TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY (workspace_id, webhook_id, id),
  FOREIGN KEY (workspace_id, webhook_id) REFERENCES webhooks (workspace_id, id) ON DELETE CASCADE
);
