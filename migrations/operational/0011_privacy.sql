-- Identities in pages of up to 4,096: one row for a page keeps a million new identifiers to some hundred rows.
-- `body` is base 64 of nonce and ciphertext; inside stand the keyed hashes and the identifiers, in order of their numbers.
CREATE TABLE identity_pages (
  workspace_id TEXT NOT NULL,
  first_no BIGINT NOT NULL,
  identities BIGINT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (workspace_id, first_no)
);
