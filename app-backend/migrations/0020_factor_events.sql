-- What happened to the second factors of an account, for its owner to see.
CREATE TABLE IF NOT EXISTS factor_events (
  account_id CHAR(36)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at         DATETIME(3) NOT NULL,
  what       VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  device     VARCHAR(64) NOT NULL,
  PRIMARY KEY (account_id, at, what),
  CONSTRAINT factor_events_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
