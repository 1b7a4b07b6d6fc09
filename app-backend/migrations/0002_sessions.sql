-- Refresh tokens are kept as SHA-256 only. The indexes on time serve the purge.
CREATE TABLE IF NOT EXISTS sessions (
  id            CHAR(36)    NOT NULL PRIMARY KEY,
  account_id    CHAR(36)    NOT NULL,
  current_hash  CHAR(64)    NOT NULL,
  previous_hash CHAR(64),
  created_at    DATETIME(3) NOT NULL,
  rotated_at    DATETIME(3) NOT NULL,
  idle_ends_at  DATETIME(3) NOT NULL,
  ends_at       DATETIME(3) NOT NULL,
  KEY sessions_account_id (account_id),
  KEY sessions_idle_ends_at (idle_ends_at),
  KEY sessions_ends_at (ends_at),
  CONSTRAINT sessions_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin
