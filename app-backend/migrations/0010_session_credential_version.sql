-- The version of the account when the session was opened; 0 for sessions of the previous release.
ALTER TABLE sessions
  ADD COLUMN credential_version INT UNSIGNED NOT NULL DEFAULT 0
