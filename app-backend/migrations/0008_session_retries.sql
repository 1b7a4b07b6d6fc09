-- When a refresh token that had been replaced was last shown again, for its owner to see.
ALTER TABLE sessions
  ADD COLUMN retried_at DATETIME(3)
