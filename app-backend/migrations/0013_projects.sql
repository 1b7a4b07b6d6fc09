-- `live_title` is the title while the project is not in the bin. Media with a project is removed only together with its
-- account, by a release that knows neither: RESTRICT would refuse that.
CREATE TABLE IF NOT EXISTS projects (
  id           CHAR(36)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  account_id   CHAR(36)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  title        VARCHAR(200) NOT NULL,
  live_title   VARCHAR(200),
  type         VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  label        VARCHAR(100),
  video_id     CHAR(11)     CHARACTER SET ascii COLLATE ascii_bin,
  media_id     CHAR(36)     CHARACTER SET ascii COLLATE ascii_bin,
  version      INT UNSIGNED NOT NULL,
  revision     CHAR(36)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  notes_key    VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  notes_sha256 CHAR(64)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  notes_bytes  INT UNSIGNED NOT NULL,
  device       VARCHAR(64)  NOT NULL,
  created_at   DATETIME(3)  NOT NULL,
  saved_at     DATETIME(3)  NOT NULL,
  deleted_at   DATETIME(3),
  UNIQUE KEY projects_account_title (account_id, live_title),
  KEY projects_account_saved (account_id, saved_at, id),
  KEY projects_media (media_id),
  KEY projects_deleted_at (deleted_at),
  CONSTRAINT projects_account FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE,
  CONSTRAINT projects_media FOREIGN KEY (media_id) REFERENCES media (id) ON DELETE SET NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
