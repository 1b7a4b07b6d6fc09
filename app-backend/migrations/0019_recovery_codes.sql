-- Recovery codes by their keyed hash. `seen`: the page has confirmed that it showed them.
CREATE TABLE IF NOT EXISTS recovery_codes (
  account_id CHAR(36) NOT NULL,
  hash       CHAR(64) NOT NULL,
  seen       BOOLEAN  NOT NULL DEFAULT FALSE,
  PRIMARY KEY (account_id, hash),
  CONSTRAINT recovery_codes_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin
