-- What an account's images take, so that the limit is kept by one conditional write.
ALTER TABLE accounts
  ADD COLUMN image_count INT UNSIGNED    NOT NULL DEFAULT 0,
  ADD COLUMN image_bytes BIGINT UNSIGNED NOT NULL DEFAULT 0
