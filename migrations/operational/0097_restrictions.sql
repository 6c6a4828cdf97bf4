-- What a member or an API token may see of the workspace, where not all (JSON of access::Restriction).
ALTER TABLE members ADD COLUMN restriction TEXT;
ALTER TABLE api_tokens ADD COLUMN restriction TEXT;
