-- Who answers for a source, which system it is, and what its data are for.
ALTER TABLE sources ADD COLUMN owner TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN system TEXT NOT NULL DEFAULT '';
ALTER TABLE sources ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
