-- A secret that no code has confirmed, encrypted, and the one that it replaced. One for each account.
CREATE TABLE IF NOT EXISTS totp_enrolments (
  account_id CHAR(36)     NOT NULL PRIMARY KEY,
  id         CHAR(36)     NOT NULL,
  secret     VARCHAR(255) NOT NULL,
  replaced   VARCHAR(255),
  ends_at    DATETIME(3)  NOT NULL,
  KEY totp_enrolments_ends_at (ends_at),
  CONSTRAINT totp_enrolments_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin
