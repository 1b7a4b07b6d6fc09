-- Identities at sign-in providers. The hash is that of issuer and subject, which are compared byte by byte.
CREATE TABLE IF NOT EXISTS provider_identities (
  id         CHAR(36)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  account_id CHAR(36)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  hash       CHAR(64)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  issuer     VARCHAR(255) NOT NULL,
  subject    VARCHAR(255) NOT NULL,
  email      VARCHAR(254),
  created_at DATETIME(3)  NOT NULL,
  UNIQUE KEY provider_identities_hash (hash),
  KEY provider_identities_account (account_id, created_at, id),
  CONSTRAINT provider_identities_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
