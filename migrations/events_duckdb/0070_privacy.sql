-- Identities whose events were erased: none of theirs is taken or shown again, whatever was under way.
CREATE TABLE erased_identity (identity UINTEGER NOT NULL);
-- Texts that erased events used, until the file is rewritten: code of an attribute's value; attribute 0: of an instance key.
CREATE TABLE erased_text (attribute UINTEGER NOT NULL, code UINTEGER NOT NULL);
-- Identities that analyses leave out (objection, restriction).
CREATE TABLE restricted_identity (identity UINTEGER NOT NULL);
