-- A number that no code has confirmed, encrypted. One for each account.
CREATE TABLE IF NOT EXISTS phone_enrolments (
  account_id  CHAR(36)     NOT NULL PRIMARY KEY,
  id          CHAR(36)     NOT NULL,
  number      VARCHAR(255) NOT NULL,
  number_hash CHAR(64)     NOT NULL,
  ending      CHAR(2)      NOT NULL,
  ends_at     DATETIME(3)  NOT NULL,
  KEY phone_enrolments_ends_at (ends_at),
  CONSTRAINT phone_enrolments_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin
