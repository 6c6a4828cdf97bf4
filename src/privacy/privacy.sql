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
