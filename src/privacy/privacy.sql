-- name: page_list
SELECT first_no, identities, body, key_number FROM identity_pages WHERE workspace_id = :workspace_id ORDER BY first_no;

-- name: page_of
SELECT first_no, identities, body, key_number FROM identity_pages
WHERE workspace_id = :workspace_id AND first_no <= :number ORDER BY first_no DESC LIMIT 1;

-- name: page_insert
INSERT INTO identity_pages (workspace_id, first_no, identities, body, key_number) VALUES (:workspace_id, :first_no, :identities, :body, :key);

-- name: page_update
UPDATE identity_pages SET identities = :identities, body = :body, key_number = :key WHERE workspace_id = :workspace_id AND first_no = :first_no;

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
SELECT id, kind, state, note, subjects, sealed, proof, created_by, created_at, hidden_at, finished_at, purge_at, error_code, details
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

-- name: alias_list
SELECT hash, identity_no, request_id, repeats, last_repeat_at FROM identity_aliases WHERE workspace_id = :workspace_id;

-- name: alias_insert
INSERT INTO identity_aliases (workspace_id, hash, identity_no, request_id, repeats) VALUES (:workspace_id, :hash, :identity_no, :request_id, 0)
ON CONFLICT (workspace_id, hash) DO UPDATE SET identity_no = :identity_no, request_id = :request_id;

-- name: alias_repeated
UPDATE identity_aliases SET repeats = repeats + :count, last_repeat_at = :now WHERE workspace_id = :workspace_id AND identity_no = :identity_no;

-- name: alias_entomb
INSERT INTO tombstones (workspace_id, hash, up_to_no, erased_at)
SELECT workspace_id, hash, :up_to, :at FROM identity_aliases WHERE workspace_id = :workspace_id AND identity_no = :identity_no
ON CONFLICT (workspace_id, hash) DO UPDATE SET up_to_no = :up_to;

-- name: alias_delete
DELETE FROM identity_aliases WHERE workspace_id = :workspace_id AND identity_no = :identity_no;

-- name: alias_delete_hash
DELETE FROM identity_aliases WHERE workspace_id = :workspace_id AND hash = :hash;

-- name: alias_delete_all
DELETE FROM identity_aliases WHERE workspace_id = :workspace_id;

-- name: key_list
SELECT number, body, made_at FROM workspace_keys WHERE workspace_id = :workspace_id ORDER BY number;

-- name: key_insert
INSERT INTO workspace_keys (workspace_id, number, body, made_at) VALUES (:workspace_id, :number, :body, :now);

-- name: key_delete_before
DELETE FROM workspace_keys WHERE workspace_id = :workspace_id AND number < :number;

-- name: page_any_before
SELECT first_no, identities, body, key_number FROM identity_pages WHERE workspace_id = :workspace_id AND key_number < :key AND first_no > :after ORDER BY first_no LIMIT 1;

-- name: key_delete_all
DELETE FROM workspace_keys WHERE workspace_id = :workspace_id;

-- name: page_after
SELECT first_no, identities, body, key_number FROM identity_pages WHERE workspace_id = :workspace_id AND first_no > :after ORDER BY first_no LIMIT 1;

-- name: request_details
UPDATE privacy_requests SET details = :details WHERE workspace_id = :workspace_id AND id = :id;

-- name: correction_list
SELECT request_id, identity_no, attribute, wrong_hash, right_sealed FROM corrections WHERE workspace_id = :workspace_id;

-- name: correction_replace
DELETE FROM corrections WHERE workspace_id = :workspace_id AND identity_no = :identity_no AND attribute = :attribute AND wrong_hash = :wrong_hash AND request_id <> :request_id;

-- name: correction_insert
INSERT INTO corrections (workspace_id, request_id, identity_no, attribute, wrong_hash, right_sealed, made_at, repeats)
VALUES (:workspace_id, :request_id, :identity_no, :attribute, :wrong_hash, :right_sealed, :now, 0)
ON CONFLICT (workspace_id, request_id, identity_no) DO NOTHING;

-- name: correction_repeated
UPDATE corrections SET repeats = repeats + :count, last_repeat_at = :now, last_repeat_source = :source
WHERE workspace_id = :workspace_id AND request_id = :request_id;

-- name: correction_repeats
SELECT request_id, max(repeats), max(last_repeat_at), max(last_repeat_source) FROM corrections WHERE workspace_id = :workspace_id GROUP BY request_id;

-- name: correction_of
SELECT request_id, attribute, made_at, repeats FROM corrections WHERE workspace_id = :workspace_id AND identity_no = :identity_no;

-- name: correction_erase
DELETE FROM corrections WHERE workspace_id = :workspace_id AND identity_no = :identity_no;

-- name: retention_list
SELECT kind, subject, months, changed_at FROM retention_rules WHERE workspace_id = :workspace_id ORDER BY kind, subject;

-- name: retention_put
INSERT INTO retention_rules (workspace_id, kind, subject, months, changed_by, changed_at) VALUES (:workspace_id, :kind, :subject, :months, :by, :now)
ON CONFLICT (workspace_id, kind, subject) DO UPDATE SET months = :months, changed_by = :by, changed_at = :now;

-- name: retention_delete
DELETE FROM retention_rules WHERE workspace_id = :workspace_id AND kind = :kind AND subject = :subject;

-- name: retention_run_insert
INSERT INTO retention_runs (workspace_id, id, state, begun_by, begun_at, effects, emptied) VALUES (:workspace_id, :id, 'running', :by, :now, '[]', '[]');

-- name: retention_run_update
UPDATE retention_runs SET state = :state, finished_at = :finished_at, effects = :effects, emptied = :emptied, error_code = :error_code
WHERE workspace_id = :workspace_id AND id = :id;

-- name: retention_run_get
SELECT id, state, begun_by, begun_at, finished_at, effects, emptied, error_code FROM retention_runs WHERE workspace_id = :workspace_id AND id = :id;

-- name: retention_runs
SELECT id, state, begun_by, begun_at, finished_at, effects, emptied, error_code FROM retention_runs
WHERE workspace_id = :workspace_id ORDER BY begun_at DESC, id DESC LIMIT 50;
