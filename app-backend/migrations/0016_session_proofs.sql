-- What was proven in the session, comma-separated, and when. Empty for sessions of the previous release.
ALTER TABLE sessions
  ADD COLUMN proofs    VARCHAR(64) NOT NULL DEFAULT '',
  ADD COLUMN proved_at DATETIME(3)
