-- Mailed codes by their keyed hash. One for each account and purpose.
CREATE TABLE IF NOT EXISTS codes (
  account_id CHAR(36)    NOT NULL,
  purpose    VARCHAR(16) NOT NULL,
  hash       CHAR(64)    NOT NULL,
  tries      TINYINT     NOT NULL DEFAULT 0,
  expires_at DATETIME(3) NOT NULL,
  PRIMARY KEY (account_id, purpose),
  KEY codes_expires_at (expires_at),
  CONSTRAINT codes_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin
