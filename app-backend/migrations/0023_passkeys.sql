-- Passkeys. `credential_hash` is that of the credential's id, which is too long for an index. Bytes are in base64url.
-- A passkey works at the host `rp_id` alone.
CREATE TABLE IF NOT EXISTS passkeys (
  id              CHAR(36)        CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  account_id      CHAR(36)        CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  rp_id           VARCHAR(253)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  credential_hash CHAR(64)        CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  credential_id   VARCHAR(1364)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  public_key      VARCHAR(1024)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  counter         BIGINT UNSIGNED NOT NULL,
  transports      VARCHAR(64)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  backup_eligible BOOLEAN         NOT NULL,
  backed_up       BOOLEAN         NOT NULL,
  user_verified   BOOLEAN         NOT NULL,
  asked           BOOLEAN         NOT NULL,
  name            VARCHAR(64)     NOT NULL,
  created_at      DATETIME(3)     NOT NULL,
  last_used_at    DATETIME(3),
  UNIQUE KEY passkeys_credential (credential_hash),
  KEY passkeys_account (account_id, created_at, id),
  CONSTRAINT passkeys_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
