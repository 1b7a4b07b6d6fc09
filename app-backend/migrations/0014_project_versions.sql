-- The kept versions of the notes of a project; the last is also in its row.
CREATE TABLE IF NOT EXISTS project_versions (
  project_id   CHAR(36)     NOT NULL,
  version      INT UNSIGNED NOT NULL,
  save_id      VARCHAR(128),
  notes_key    VARCHAR(255) NOT NULL,
  notes_sha256 CHAR(64)     NOT NULL,
  notes_bytes  INT UNSIGNED NOT NULL,
  device       VARCHAR(64)  NOT NULL,
  saved_at     DATETIME(3)  NOT NULL,
  PRIMARY KEY (project_id, version),
  CONSTRAINT project_versions_project FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin
