-- Tries by the SHA-256 of rule and subject: no address of anybody stands here. Times are milliseconds since 1970.
CREATE TABLE IF NOT EXISTS limits (
  id        CHAR(64)     NOT NULL PRIMARY KEY,
  used      INT UNSIGNED NOT NULL,
  free_at   BIGINT       NOT NULL,
  forget_at BIGINT       NOT NULL,
  KEY limits_forget_at (forget_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin
