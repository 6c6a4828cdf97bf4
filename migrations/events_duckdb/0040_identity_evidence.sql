-- What events and imports say about which identities are one customer's. Who is whose customer follows from it and from the
-- workspace's rules, and is derived when the store opens. import 0: of live events.
CREATE TABLE identity_evidence (a UINTEGER NOT NULL, b UINTEGER NOT NULL, kind_a UTINYINT NOT NULL, kind_b UTINYINT NOT NULL,
                                said UTINYINT NOT NULL, place UTINYINT NOT NULL, source USMALLINT NOT NULL, import UINTEGER NOT NULL,
                                time_us BIGINT NOT NULL, event UBIGINT NOT NULL);
DROP TABLE identity_link;
