-- The account is another service's: only its id is known here.
CREATE TABLE IF NOT EXISTS profiles (
  account_id   CHAR(36)      CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  username     VARCHAR(64)   NOT NULL,
  first_name   VARCHAR(100)  NOT NULL,
  last_name    VARCHAR(100)  NOT NULL,
  picture_link VARCHAR(2048) NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
