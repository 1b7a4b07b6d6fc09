-- A file of an account. It is pending until `stored_at`; its bytes are stored once for the account.
CREATE TABLE IF NOT EXISTS media (
  id           CHAR(36)        CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  account_id   CHAR(36)        CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name         VARCHAR(255)    NOT NULL,
  bytes        BIGINT UNSIGNED NOT NULL,
  sha256       CHAR(64)        CHARACTER SET ascii COLLATE ascii_bin,
  content_type VARCHAR(32)     CHARACTER SET ascii COLLATE ascii_bin,
  object_key   VARCHAR(255)    CHARACTER SET ascii COLLATE ascii_bin,
  created_at   DATETIME(3)     NOT NULL,
  stored_at    DATETIME(3),
  kept_until   DATETIME(3),
  UNIQUE KEY media_account_sha256 (account_id, sha256),
  KEY media_account_created (account_id, created_at, id),
  KEY media_stored_created (stored_at, created_at),
  CONSTRAINT media_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
