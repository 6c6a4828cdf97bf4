-- name: page_list
SELECT first_no, identities, body FROM identity_pages WHERE workspace_id = :workspace_id ORDER BY first_no;

-- name: page_of
SELECT first_no, identities, body FROM identity_pages
WHERE workspace_id = :workspace_id AND first_no <= :number ORDER BY first_no DESC LIMIT 1;

-- name: page_insert
INSERT INTO identity_pages (workspace_id, first_no, identities, body) VALUES (:workspace_id, :first_no, :identities, :body);

-- name: page_update
UPDATE identity_pages SET identities = :identities, body = :body WHERE workspace_id = :workspace_id AND first_no = :first_no;

-- name: page_delete_all
DELETE FROM identity_pages WHERE workspace_id = :workspace_id;

-- name: tombstone_list
SELECT hash FROM tombstones WHERE workspace_id = :workspace_id;

-- name: tombstone_insert
INSERT INTO tombstones (workspace_id, hash, up_to_no, erased_at) VALUES (:workspace_id, :hash, :up_to, :at)
ON CONFLICT (workspace_id, hash) DO UPDATE SET up_to_no = :up_to;

-- name: tombstone_delete_all
DELETE FROM tombstones WHERE workspace_id = :workspace_id;

-- name: request_insert
INSERT INTO privacy_requests (workspace_id, id, kind, state, note, subjects, sealed, details, proof, created_by, created_at, purge_at)
VALUES (:workspace_id, :id, :kind, 'queued', :note, :subjects, :sealed, :details, :proof, :created_by, :created_at, :purge_at);

-- name: request_list
SELECT id, kind, state, note, subjects, sealed, proof, created_by, created_at, hidden_at, finished_at, purge_at, error_code
FROM privacy_requests WHERE workspace_id = :workspace_id AND id < :before ORDER BY id DESC LIMIT 51;

-- name: request_get
SELECT id, kind, state, note, subjects, sealed, proof, created_by, created_at, hidden_at, finished_at, purge_at, error_code
FROM privacy_requests WHERE workspace_id = :workspace_id AND id = :id;

-- name: request_state
UPDATE privacy_requests SET state = :state, proof = :proof, hidden_at = :hidden_at, finished_at = :finished_at, error_code = :error_code
WHERE workspace_id = :workspace_id AND id = :id;

-- name: request_unseal
UPDATE privacy_requests SET sealed = NULL WHERE workspace_id = :workspace_id AND id = :id;

-- name: request_purge_at
UPDATE privacy_requests SET purge_at = :purge_at, error_code = :error_code WHERE workspace_id = :workspace_id AND id = :id;

-- name: request_counts
SELECT state, count(*) FROM privacy_requests WHERE workspace_id = :workspace_id GROUP BY state;

-- name: consent_list
SELECT identity_no, purpose, granted FROM consents WHERE workspace_id = :workspace_id;

-- name: consent_set
INSERT INTO consents (workspace_id, identity_no, purpose, granted, changed_at, source_id)
VALUES (:workspace_id, :identity_no, :purpose, :granted, :now, :source_id)
ON CONFLICT (workspace_id, identity_no, purpose) DO UPDATE SET granted = :granted, changed_at = :now, source_id = :source_id;

-- name: consent_change
INSERT INTO consent_changes (workspace_id, id, identity_no, purpose, granted, changed_at, source_id)
VALUES (:workspace_id, :id, :identity_no, :purpose, :granted, :now, :source_id);

-- name: consent_changes_of
SELECT purpose, granted, changed_at, source_id FROM consent_changes
WHERE workspace_id = :workspace_id AND identity_no = :identity_no ORDER BY changed_at, id;

-- name: consent_erase
DELETE FROM consents WHERE workspace_id = :workspace_id AND identity_no = :identity_no;

-- name: consent_changes_erase
DELETE FROM consent_changes WHERE workspace_id = :workspace_id AND identity_no = :identity_no;

-- name: tombstone_count
SELECT count(*) FROM tombstones WHERE workspace_id = :workspace_id;

-- name: settings_list
SELECT subject, settings, version FROM privacy_settings WHERE workspace_id = :workspace_id;

-- name: settings_get
SELECT settings, version FROM privacy_settings WHERE workspace_id = :workspace_id AND subject = :subject;

-- name: settings_put
INSERT INTO privacy_settings (workspace_id, subject, settings, version) VALUES (:workspace_id, :subject, :settings, 1)
ON CONFLICT (workspace_id, subject) DO UPDATE SET settings = :settings, version = privacy_settings.version + 1;
