-- Sign-ins that lack their second step. No session belongs to them.
CREATE TABLE IF NOT EXISTS challenges (
  id                 CHAR(36)         NOT NULL PRIMARY KEY,
  account_id         CHAR(36)         NOT NULL,
  credential_version INT UNSIGNED     NOT NULL,
  proofs             VARCHAR(64)      NOT NULL,
  tries              TINYINT UNSIGNED NOT NULL DEFAULT 0,
  ends_at            DATETIME(3)      NOT NULL,
  KEY challenges_account (account_id, ends_at),
  KEY challenges_ends_at (ends_at),
  CONSTRAINT challenges_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin
