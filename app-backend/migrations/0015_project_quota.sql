-- What an account's projects and media take. Former versions and the bin count.
ALTER TABLE accounts
  ADD COLUMN project_count INT UNSIGNED    NOT NULL DEFAULT 0,
  ADD COLUMN notes_bytes   BIGINT UNSIGNED NOT NULL DEFAULT 0,
  ADD COLUMN media_count   INT UNSIGNED    NOT NULL DEFAULT 0,
  ADD COLUMN media_bytes   BIGINT UNSIGNED NOT NULL DEFAULT 0
