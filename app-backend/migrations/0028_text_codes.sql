-- Codes that were sent by text message, by their keyed hash. Each is good for one challenge, session or enrolment.
CREATE TABLE IF NOT EXISTS text_codes (
  account_id CHAR(36)    NOT NULL,
  bound_to   CHAR(36)    NOT NULL,
  hash       CHAR(64)    NOT NULL,
  ends_at    DATETIME(3) NOT NULL,
  PRIMARY KEY (account_id, bound_to),
  KEY text_codes_ends_at (ends_at),
  CONSTRAINT text_codes_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin
