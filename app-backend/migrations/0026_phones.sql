-- Numbers that get codes, encrypted. Accounts with one number share the keyed hash: each takes a slot of few.
CREATE TABLE IF NOT EXISTS phones (
  account_id   CHAR(36)         NOT NULL PRIMARY KEY,
  id           CHAR(36)         NOT NULL,
  number       VARCHAR(255)     NOT NULL,
  number_hash  CHAR(64)         NOT NULL,
  slot         TINYINT UNSIGNED NOT NULL,
  ending       CHAR(2)          NOT NULL,
  enrolled_at  DATETIME(3)      NOT NULL,
  last_used_at DATETIME(3)      NOT NULL,
  UNIQUE KEY phones_number (number_hash, slot),
  CONSTRAINT phones_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin
