-- Text compares byte by byte: JavaScript makes email_key, and what it calls equal is equal here too.
CREATE TABLE IF NOT EXISTS accounts (
  id            CHAR(36)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  email         VARCHAR(254) NOT NULL,
  email_key     VARCHAR(254) NOT NULL,
  password_hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  picture_key   VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  username      VARCHAR(64),
  first_name    VARCHAR(100),
  last_name     VARCHAR(100),
  confirmed     BOOLEAN      NOT NULL DEFAULT FALSE,
  created_at    DATETIME(3)  NOT NULL,
  UNIQUE KEY accounts_email_key (email_key)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
