-- An image is there from the time its upload is allowed; it is to be seen from `published_at`. Keys name what they hold.
CREATE TABLE IF NOT EXISTS images (
  id               CHAR(36)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  account_id       CHAR(36)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  name             VARCHAR(255) NOT NULL,
  content_type     VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  bytes            INT UNSIGNED NOT NULL,
  width            INT UNSIGNED,
  height           INT UNSIGNED,
  object_key       VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin,
  thumbnail_key    VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin,
  thumbnail_width  INT UNSIGNED,
  thumbnail_height INT UNSIGNED,
  created_at       DATETIME(3)  NOT NULL,
  published_at     DATETIME(3),
  KEY images_published (published_at, id),
  KEY images_account_published (account_id, published_at, id),
  CONSTRAINT images_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
