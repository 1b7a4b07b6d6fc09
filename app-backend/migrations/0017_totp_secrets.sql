-- The secret of an authenticator app, encrypted. A code of `last_step` or of an earlier step is never accepted.
CREATE TABLE IF NOT EXISTS totp_secrets (
  account_id   CHAR(36)        NOT NULL PRIMARY KEY,
  id           CHAR(36)        NOT NULL,
  secret       VARCHAR(255)    NOT NULL,
  last_step    BIGINT UNSIGNED NOT NULL,
  enrolled_at  DATETIME(3)     NOT NULL,
  last_used_at DATETIME(3)     NOT NULL,
  CONSTRAINT totp_secrets_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin
