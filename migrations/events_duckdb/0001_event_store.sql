-- Numbers that change; one row each. flushed: live arrivals up to here are in the table live.
CREATE TABLE meta (key VARCHAR NOT NULL, value UBIGINT NOT NULL);
INSERT INTO meta VALUES ('flushed', 0), ('counter', 0);

-- Dictionaries: codes are dense from 1 on (instance keys from 2) and never reused.
CREATE TABLE event_type (code UINTEGER NOT NULL, name VARCHAR NOT NULL, touchpoint VARCHAR NOT NULL);
CREATE TABLE source (code USMALLINT NOT NULL, id VARCHAR NOT NULL, name VARCHAR NOT NULL);
CREATE TABLE attribute (number UINTEGER NOT NULL, id VARCHAR NOT NULL, name VARCHAR NOT NULL, of_customer BOOLEAN NOT NULL);
CREATE TABLE attribute_value (attribute UINTEGER NOT NULL, code UINTEGER NOT NULL, text VARCHAR NOT NULL);
CREATE TABLE attribute_overflow (attribute UINTEGER NOT NULL);
CREATE TABLE instance_key (code UINTEGER NOT NULL, text VARCHAR NOT NULL);
CREATE TABLE identity_link (identity UINTEGER NOT NULL, customer UINTEGER NOT NULL);

-- Each import has a table part_N of its own; a part without a row here is half an import.
CREATE TABLE import (number UINTEGER NOT NULL, id VARCHAR NOT NULL, source USMALLINT NOT NULL, base UBIGINT NOT NULL,
                     block UBIGINT NOT NULL, row_count UBIGINT NOT NULL);
CREATE TABLE import_source (import UINTEGER NOT NULL, source USMALLINT NOT NULL, events UBIGINT NOT NULL, first_us BIGINT NOT NULL,
                            last_us BIGINT NOT NULL, arrived_us BIGINT NOT NULL, has_keys BOOLEAN NOT NULL);
CREATE TABLE import_attribute (import UINTEGER NOT NULL, attribute UINTEGER NOT NULL);

-- Events that came in one by one; a column a<number> (code) and t<number> (text) is added per attribute.
CREATE TABLE live (arrival UBIGINT NOT NULL, id UHUGEINT NOT NULL, identity UINTEGER NOT NULL, time_us BIGINT NOT NULL,
                   received_us BIGINT NOT NULL, type UINTEGER NOT NULL, source USMALLINT NOT NULL, instance_key UINTEGER NOT NULL,
                   channel UINTEGER NOT NULL, direction UINTEGER NOT NULL, unit UINTEGER NOT NULL, cost DOUBLE);
CREATE TABLE live_attribute (attribute UINTEGER NOT NULL);
